/** A response other than 200. */
export class HttpError extends Error {
  readonly status: number;
  readonly json: unknown;
  readonly headers: Readonly<Record<string, string>>;

  /** @param json the body, or a string that becomes its `detail` */
  constructor(status: number, json: string | object, headers: Readonly<Record<string, string>> = {}) {
    super(`HTTP ${status}`);
    this.status = status;
    this.json = typeof json === 'string' ? { detail: json } : json;
    this.headers = headers;
  }
}

export function throwNotFound(what: string): never {
  throw new HttpError(404, `${what} not found`);
}

/** The response of an LLM provider that refused or failed, as Galileo reports it. */
export function createProviderError(
  status: number,
  error: {
    readonly error_code: number;
    readonly error_type: string;
    readonly message: string;
    readonly user_action: string;
    readonly retriable: boolean;
  },
): HttpError {
  return new HttpError(status, {
    standard_error: {
      ...error,
      error_group: 'llm_integration',
      severity: 'medium',
      documentation_link: null,
      blocking: false,
      http_status_code: status,
      source_service: 'sandbox',
      context: {},
    },
  });
}
