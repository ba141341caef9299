// The only module of src/execution that other parts of the program import.
export { findDocumentProblems } from './check-trusted-documents.ts';
export {
  checkReadOnly,
  type DocumentSettings,
  type PreparedOperation,
} from './documents.ts';
export { Executor, type OperationParams } from './executor.ts';
export type { OperationResult } from './plan-run.ts';
export {
  createNoMemoryError,
  createResponseTooLargeError,
  maxProblems,
  RequestError,
  type RequestErrorCode,
  requestErrorCodes,
  toLocations,
} from './request-error.ts';
