// Keys of `.github/rondo.yml` whose part of the loop does not exist yet. Whoever sets one is told so on the pull request,
// and the documentation says it too; a key leaves this list together with the code that acts on it.

/** Keys that are read and checked, and that nothing acts on in this version: `section.key`, or a whole section. */
export const NOT_YET: readonly string[] = [
  "external.reviewers",
  "evaluator",
  "resolve_threads",
  "budget.cost_usd_per_round",
  "budget.cost_usd_per_day",
  "budget.runs_per_day",
];

/** The same for keys that only the server's file has. */
export const SERVER_NOT_YET: readonly string[] = [
  "caps.cost_usd_per_round",
  "caps.cost_usd_per_day",
  "caps.runs_per_day",
];
