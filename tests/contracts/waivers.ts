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

/** Places where the description itself is known to be wrong; `detail` must match the whole complaint. */
const WRONG_DESCRIPTIONS: readonly { name: string; reason: string; operation: RegExp; detail: RegExp }[] = [
  {
    name: "null lines of a review comment",
    reason:
      "a comment on a whole file or on lines that are gone has no line: https://github.com/github/rest-api-description/issues/5568",
    operation: /comments|^webhook pull_request_review/,
    detail: /(?:line|position) must be integer, is null$/,
  },
  {
    name: "null description of a label in a pull request",
    reason:
      "described as nullable in the schema `label` and as text in `pull-request-simple`, which shows the same labels",
    operation: /^(?:GET .*\/pulls|webhook )/,
    detail: /\/labels\/\d+\/description must be string, is null$/,
  },
  {
    name: "head of a deleted fork",
    reason: "its repository and account are null: https://github.com/github/rest-api-description/issues/1811",
    operation: /^(?:GET .*\/pulls|webhook )/,
    detail: /\/head\/(?:repo|user) must be object, is null$/,
  },
  {
    name: "account of a listed installation",
    reason:
      "the list describes the account as a user and an enterprise at once, which GitHub's own example does not pass; a single installation has one of both",
    operation: /^GET .*\/app\/installations(?:\?|$)/,
    detail: /^\/\d+\/account must (?:be null|have required property '(?:name|slug|created_at|updated_at)')/,
  },
  {
    name: "newer events in an App's list of events",
    reason:
      "the payload schemas list fewer events than exist: https://docs.github.com/en/webhooks/webhook-events-and-payloads#merge_group",
    operation: /^webhook /,
    detail: /\/app\/events\/\d+ must be equal to one of the allowed values .*, is (?:merge_group|installation_target)$/,
  },
  {
    name: "mail addresses of Apps",
    reason:
      "an App's commits carry `id+slug[bot]@users.noreply.github.com`, and brackets are no letters of the format `email`",
    operation: /^webhook |^GET |^POST /,
    detail: /email must match format "email", is \d+\+[\w-]+\[bot\]@users\.noreply\.github\.com$/,
  },
];

export const WAIVERS: readonly Waiver[] = [
  ...Object.entries(EVERYWHERE).map(([status, reason]) => ({
    name: `undescribed ${status}`,
    reason,
    covers: (problem: Problem) => problem.part === "status" && problem.status === Number(status),
  })),
  ...WRONG_DESCRIPTIONS.map(({ name, reason, operation, detail }) => ({
    name,
    reason,
    covers: (problem: Problem) => {
      const isAnswer = problem.part === "response body" || problem.part === "payload";
      return isAnswer && operation.test(problem.operation) && detail.test(problem.detail);
    },
  })),
];

/** What remains after the waivers, as one readable line each. */
export function unwaived(problems: readonly Problem[]): string[] {
  return problems
    .filter((problem) => !WAIVERS.some((waiver) => waiver.covers(problem)))
    .map(({ operation, part, detail }) => `${operation}: ${part}: ${detail}`);
}
