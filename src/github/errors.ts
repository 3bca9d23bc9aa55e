// Turns whatever Octokit throws into Rondo's three errors, so that nobody above this folder knows about HTTP statuses.
// The important line is between "nothing happened" and "it may have happened": after a 5xx, a reset or a time-out the
// comment may well stand on GitHub, and sending again without looking would post it twice.
// Source: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
import { isExpectedError, PermanentError, RetryableError } from "../errors.ts";
import { askedWaitMs, isLimitRefusal } from "./limit-answer.ts";
import { explainedCause } from "./network-errors.ts";

/**
 * The error to throw instead. `what` is what was tried, as in "Posting a comment". Codes: GITHUB_UNREACHABLE and
 * GITHUB_FAILED (ambiguous), GITHUB_RATE_LIMITED (with retryAfterMs), GITHUB_UNAUTHORIZED, GITHUB_FORBIDDEN,
 * GITHUB_NOT_FOUND, GITHUB_GONE, GITHUB_REFUSED, and those of `createFetch` about proxy and certificates. A plain bug
 * (TypeError and the like) comes back unchanged.
 */
export function githubError(error: unknown, what: string, now: Date = new Date()): unknown {
  if (isExpectedError(error)) return error;
  if (!(error instanceof Error)) return error;
  const { status, response } = parts(error);
  if (error.name === "GraphqlResponseError") return graphqlError(error, what, now);
  if (isTimeOut(error) || (status === 500 && response === undefined)) return unreachable(error, what);
  if (status === undefined) return error;
  if (isLimitRefusal({ status, header: headerOf(response), text: error.message })) {
    return new RetryableError(`${what}: GitHub's rate limit is reached.`, {
      code: "GITHUB_RATE_LIMITED",
      hint: "Nothing to do: Rondo waits and tries again.",
      retryAfterMs: waitMs(response, now),
      cause: error,
    });
  }
  if (status >= 500 || status === 408) {
    return new RetryableError(`${what}: GitHub failed with status ${status}.`, {
      code: "GITHUB_FAILED",
      hint: "See https://www.githubstatus.com; Rondo tries again.",
      isAmbiguous: true,
      cause: error,
    });
  }
  return refusal(status, error, what);
}

/** Runs one call to GitHub and throws `githubError` of whatever it throws. */
export async function callGithub<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw githubError(error, what);
  }
}

type ResponseParts = { headers: Record<string, unknown>; data: unknown };

function parts(error: Error): { status: number | undefined; response: ResponseParts | undefined } {
  const status = "status" in error && typeof error.status === "number" ? error.status : undefined;
  const response = "response" in error && isRecord(error.response) ? error.response : undefined;
  if (response === undefined) return { status, response: undefined };
  const headers = isRecord(response["headers"]) ? response["headers"] : {};
  return { status, response: { headers, data: response["data"] } };
}

function isTimeOut(error: Error): boolean {
  return error.name === "AbortError" || error.name === "TimeoutError";
}

function unreachable(error: Error, what: string): RetryableError {
  const wall = explainedCause(error);
  if (wall !== undefined) {
    const { code, hint, retryAfterMs, isHeldBack } = wall;
    return new RetryableError(`${what}: ${wall.message}`, {
      code,
      publicMessage: `${what}: ${wall.publicMessage}`,
      isHeldBack,
      ...(hint && { hint }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      cause: error,
    });
  }
  return new RetryableError(`${what}: no whole answer came from GitHub (${error.message}).`, {
    code: "GITHUB_UNREACHABLE",
    // What the system said names an address, inside a company often one of its own.
    publicMessage: `${what}: no whole answer came from GitHub.`,
    hint: "Check the network, and GITHUB_API_URL and HTTPS_PROXY if they are set; Rondo tries again.",
    isAmbiguous: true,
    cause: error,
  });
}

/** The same reading of the headers as for the limiter (limit-answer.ts); a minute where GitHub names no time. */
function headerOf(response: ResponseParts | undefined): (name: string) => string | null {
  return (name) => {
    const value = response?.headers[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : null;
  };
}

/** At least a second, at most the hour a limit lasts. */
function waitMs(response: ResponseParts | undefined, now: Date): number {
  const asked = askedWaitMs(headerOf(response), now) ?? 60_000;
  return Math.min(Math.max(asked, 1000), 3_600_000);
}

function refusal(status: number, error: Error, what: string): RetryableError | PermanentError {
  const said = error.message.split(" - https://docs.github.com", 1)[0]?.slice(0, 500) ?? "";
  const message = `${what}: GitHub refused with status ${status} (${said}).`;
  switch (status) {
    case 401:
      // Without effect, but not final: a token may have run out in this moment, and a clock may be put right.
      return new RetryableError(message, {
        code: "GITHUB_UNAUTHORIZED",
        hint: "Check APP_ID and the private key on the App's settings page, and this machine's clock.",
        cause: error,
      });
    case 403:
    case 451:
      return new PermanentError(message, {
        code: "GITHUB_FORBIDDEN",
        hint: "Compare the App's permissions with app.yml; new ones must be accepted by the owner of the installation.",
        cause: error,
      });
    case 404:
      return new PermanentError(message, {
        code: "GITHUB_NOT_FOUND",
        hint: "It was deleted, or the App is no longer installed on this repository.",
        cause: error,
      });
    case 410:
      return new PermanentError(message, { code: "GITHUB_GONE", cause: error });
    default:
      return new PermanentError(message, { code: "GITHUB_REFUSED", cause: error });
  }
}

/** GraphQL answers 200 with a list of errors. Source: https://docs.github.com/en/graphql/reference */
function graphqlError(error: Error, what: string, now: Date): RetryableError | PermanentError {
  const errors = "errors" in error && Array.isArray(error.errors) ? error.errors : [];
  const types = errors.map((one: unknown) => (isRecord(one) ? String(one["type"]) : ""));
  const headers = "headers" in error && isRecord(error.headers) ? error.headers : {};
  if (types.includes("RATE_LIMITED")) {
    return new RetryableError(`${what}: GitHub's rate limit is reached.`, {
      code: "GITHUB_RATE_LIMITED",
      retryAfterMs: waitMs({ headers, data: undefined }, now),
      cause: error,
    });
  }
  if (types.includes("FORBIDDEN")) return refusal(403, error, what);
  if (types.includes("NOT_FOUND")) return refusal(404, error, what);
  if (types.some((type) => type === "undefined" || type === "INTERNAL")) {
    return new RetryableError(`${what}: GitHub failed (${error.message.slice(0, 200)}).`, {
      code: "GITHUB_FAILED",
      isAmbiguous: true,
      cause: error,
    });
  }
  return refusal(422, error, what);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
