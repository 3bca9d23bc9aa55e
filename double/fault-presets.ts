// GitHub's own bad days, ready to be put into the fault script. Wording and headers:
// https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api and the issues named below.
import type { Fault } from "./faults.ts";

const documentation_url = "https://docs.github.com/rest";

function refusal(status: number, message: string, headers: Record<string, string> = {}, errors?: unknown[]): Fault {
  const body = { message, ...(errors === undefined ? {} : { errors }), documentation_url, status: String(status) };
  return { kind: "status", when: "before", status, headers, body };
}

/** 403 or 429 secondary limit, with `retry-after` in seconds, or without it when null. */
export function secondaryLimit(status: 403 | 429, retryAfterSeconds: number | null): Fault {
  const headers: Record<string, string> =
    retryAfterSeconds === null ? {} : { "retry-after": String(retryAfterSeconds) };
  return refusal(
    status,
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    headers,
  );
}

/** 403 primary limit: nothing remaining until `resetAt`. */
export function primaryLimit(resetAt: Date): Fault {
  return refusal(403, "API rate limit exceeded for installation.", {
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": "0",
    "x-ratelimit-used": "5000",
    "x-ratelimit-reset": String(Math.ceil(resetAt.getTime() / 1000)),
    "x-ratelimit-resource": "core",
  });
}

/** 422 abuse, seen after about 40 fast comments (https://github.com/paranext/paranext-core/issues/2659). */
export const abuse: Fault = refusal(422, "Validation Failed", {}, [
  { resource: "IssueComment", code: "abuse", field: "body", message: "was submitted too quickly" },
]);

/** 422 for a review entry outside the diff. */
export const lineNotInDiff: Fault = refusal(422, "Unprocessable Entity", {}, ["Line could not be resolved"]);

/** 422 for a body over 65,536 characters. */
export const bodyTooLong: Fault = refusal(422, "Validation Failed", {}, [
  {
    resource: "IssueComment",
    code: "unprocessable",
    field: "data",
    message: "Body is too long (maximum is 65536 characters)",
  },
]);

/** 401 in the middle of a run: the token is not accepted any more. */
export const badCredentials: Fault = refusal(401, "Bad credentials");

/** 404, as for a fresh pull request that is not readable yet, or one that is gone. */
export const missing: Fault = refusal(404, "Not Found");

/** 410: issues are switched off, or the thing was deleted. */
export const gone: Fault = refusal(410, "This issue was deleted");

/** 403 on a locked conversation. */
export const locked: Fault = refusal(403, "Unable to create comment because issue is locked.");

/** 500 instead of the effect. */
export const serverError: Fault = refusal(500, "Server Error");

/** 502 once the effect is there: normal life on GitHub, whose own deadline is 10 s. */
export const badGatewayAfterEffect: Fault = {
  kind: "status",
  when: "after",
  status: 502,
  body: { message: "Server Error" },
};
