// The only differences from GitHub's description that the judges let pass, each with its reason.
// GitHub's description is not complete: answers that any operation can give (sign-in, limits, outages) are described in
// the prose of its documentation and left out of most operations. Nothing outside this list is tolerated.

/** One complaint before waivers: which operation, which part of the exchange, where in it, and what is wrong. */
export type Problem = {
  operation: string;
  part:
    | "route"
    | "path"
    | "query"
    | "header"
    | "request body"
    | "status"
    | "response body"
    | "fields"
    | "payload"
    | "document";
  detail: string;
  status?: number;
};

export type Waiver = { name: string; reason: string; covers: (problem: Problem) => boolean };

/** Statuses that every operation can answer with although few describe them, and the page that says so. */
const EVERYWHERE: Record<number, string> = {
  301: "a renamed or transferred repository: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects",
  304: "a conditional request: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate",
  307: "a redirect that keeps the method: same page as 301",
  400: "a body that is not JSON: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api",
  401: "wrong or expired credentials: https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api",
  403: "missing permission or a rate limit: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api",
  404: "hidden or absent: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api",
  422: "validation failed: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed",
  429: "a rate limit: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api",
  500: "an outage",
  502: "an answer that took over ten seconds: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts",
  503: "an outage",
  504: "an outage",
};

export const WAIVERS: readonly Waiver[] = Object.entries(EVERYWHERE).map(([status, reason]) => ({
  name: `undescribed ${status}`,
  reason,
  covers: (problem) => problem.part === "status" && problem.status === Number(status),
}));

/** What remains after the waivers, as one readable line each. */
export function unwaived(problems: readonly Problem[]): string[] {
  return problems
    .filter((problem) => !WAIVERS.some((waiver) => waiver.covers(problem)))
    .map(({ operation, part, detail }) => `${operation}: ${part}: ${detail}`);
}
