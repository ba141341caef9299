// The only module of src/execution that other parts of the program import.
export { checkTrustedDocuments } from './check-trusted-documents.ts';
export type { PreparedOperation } from './documents.ts';
export {
  Executor,
  type OperationParams,
} from './executor.ts';
export { toLocations } from './locations.ts';
export {
  createNoMemoryError,
  createResponseTooLargeError,
  maxProblems,
  RequestError,
  type RequestErrorCode,
  requestErrorCodes,
} from './request-error.ts';
export type { OperationResult } from './run-plan.ts';
export { readTrustedDocuments, type TrustedDocuments, toHash } from './trusted-documents.ts';
