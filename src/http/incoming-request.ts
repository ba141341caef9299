import type { Deadline } from '../deadline.ts';

/** A request to the GraphQL endpoint, as every HTTP library can tell of one. */
export interface IncomingRequest {
  readonly method: string;
  /** The path with its query. */
  readonly target: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  /** Undefined where there is none; several of one name are joined. */
  getHeader(name: string): string | undefined;
  /**
   * The body as text. Rejects with RequestError where it is too large, not UTF-8, compressed, or not complete when the deadline
   * ends; with CallerGone where the caller goes away.
   */
  readBody(maxBytes: number, deadline: Deadline): Promise<string>;
}
