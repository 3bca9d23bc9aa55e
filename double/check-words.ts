// GitHub's words for the status and the conclusion of check runs, as values and as types.
// https://docs.github.com/en/rest/checks/runs

/** Every status a check run may have. */
export const CHECK_STATUSES = ["queued", "in_progress", "completed", "waiting", "requested", "pending"] as const;

/** Every conclusion a completed check run may have. */
export const CHECK_CONCLUSIONS = [
  "action_required",
  "cancelled",
  "failure",
  "neutral",
  "success",
  "skipped",
  "stale",
  "timed_out",
] as const;

/** One of `CHECK_STATUSES`. */
export type CheckStatus = (typeof CHECK_STATUSES)[number];

/** One of `CHECK_CONCLUSIONS`. */
export type CheckConclusion = (typeof CHECK_CONCLUSIONS)[number];
