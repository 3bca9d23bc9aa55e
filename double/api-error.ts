// Refusals in GitHub's own words. Actions and routes throw them; the REST front turns them into the JSON body.
// Wording: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api

/** A refusal with its HTTP status; `errors` and `headers` are optional parts of the answer. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: unknown[] | undefined;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, extra: { errors?: unknown[]; headers?: Record<string, string> } = {}) {
    super(message);
    this.status = status;
    this.errors = extra.errors;
    this.headers = extra.headers ?? {};
  }
}

/** 404 as GitHub gives it for missing and for hidden things alike. */
export function notFound(): ApiError {
  return new ApiError(404, "Not Found");
}

/** 403 for a token whose App permissions do not suffice. */
export function notAccessible(): ApiError {
  return new ApiError(403, "Resource not accessible by integration");
}

/** 422 `Validation Failed` with GitHub's error objects. */
export function validationFailed(
  resource: string,
  field: string,
  code: "missing" | "missing_field" | "invalid" | "already_exists" | "custom",
  message?: string,
): ApiError {
  return new ApiError(422, "Validation Failed", {
    errors: [{ resource, code, field, ...(message ? { message } : {}) }],
  });
}

/** 422 `Unprocessable Entity` with plain sentences, the shape of the review endpoints. */
export function unprocessable(...sentences: string[]): ApiError {
  return new ApiError(422, "Unprocessable Entity", { errors: sentences });
}

/** 422 for a body or query that does not have the described shape. */
export function invalidRequest(problem: string): ApiError {
  return new ApiError(422, `Invalid request.\n\n${problem}`);
}
