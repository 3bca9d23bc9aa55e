// Who reviews a round: what the repository chose among the server's reviewers, without those that cost money when nobody
// who may spend it has asked.
import type { LivePullRequest } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { RepoConfig } from "../repo-config/schema.ts";
import type { Reviewer } from "../reviewer.ts";
import type { PullRequestRecord } from "../round/round.ts";
import type { Deps } from "./deps.ts";
import { hasWrite } from "./may-command.ts";

/** `withheld`: names of chosen reviewers that are not asked; `problems`: names that the server does not offer. */
export type Chosen = { reviewers: readonly Reviewer[]; withheld: readonly string[]; problems: readonly string[] };

/** The reviewers of the round that waits. A permission that cannot be read is none, and then nothing is spent. */
export async function chooseReviewers(
  ref: PullRequestRef,
  live: LivePullRequest,
  { config, pending }: { config: RepoConfig; pending: NonNullable<PullRequestRecord["pending"]> },
  deps: Pick<Deps, "reviewers" | "pullRequests" | "log">,
): Promise<Chosen> {
  const { reviewers, problems } = offeredOf(config, deps.reviewers);
  const paid = reviewers.filter((reviewer) => reviewer.isPaid !== false);
  if (paid.length === 0 || (await maySpend(ref, live, { config, pending }, deps)))
    return { reviewers, withheld: [], problems };
  return {
    reviewers: reviewers.filter((reviewer) => reviewer.isPaid === false),
    withheld: paid.map((reviewer) => reviewer.name),
    problems,
  };
}

/** Pull requests from the repository itself are by people who may push there; for all others `forks` decides. */
async function maySpend(
  ref: PullRequestRef,
  live: LivePullRequest,
  { config, pending }: { config: Pick<RepoConfig, "forks">; pending: NonNullable<PullRequestRecord["pending"]> },
  deps: Pick<Deps, "pullRequests" | "log">,
): Promise<boolean> {
  if (live.headRepoId === ref.repoId || config.forks === "auto") return true;
  // Whoever asked for a round was allowed to when they asked.
  if (config.forks === "command" && pending.reason === "manual") return true;
  return await hasWrite(ref, live.author, deps);
}

/** The repository may choose among the server's reviewers; a name that the server does not offer is a problem, not a gap. */
function offeredOf(
  config: Pick<RepoConfig, "reviewers">,
  offered: readonly Reviewer[],
): { reviewers: readonly Reviewer[]; problems: string[] } {
  if (config.reviewers === null) return { reviewers: offered, problems: [] };
  const names = config.reviewers;
  const reviewers = offered.filter((reviewer) => names.includes(reviewer.name));
  const problems = names
    .filter((name) => !offered.some((reviewer) => reviewer.name === name))
    .map(
      (name) =>
        `reviewers: this server has no reviewer "${name}"; it offers ${offered.map((one) => one.name).join(", ")}`,
    );
  return reviewers.length === 0 ? { reviewers: offered, problems } : { reviewers, problems };
}
