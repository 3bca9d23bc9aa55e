// Which pull requests Rondo knows: those with a state file. Webhooks about a branch, a commit or an installation name none,
// and this is where they are found.
import type { PullRequestRef } from "../pull-request.ts";
import type { PullRequestRecord } from "../round/round.ts";
import type { Deps } from "./deps.ts";

/** A pull request with a state file. */
export type Known = { ref: PullRequestRef; record: PullRequestRecord };

/** Pull requests of a repository (of all, without `repoId`) whose state files can be read and that `isMeant`. */
export async function knownPullRequests(
  deps: Pick<Deps, "rounds" | "log">,
  repoId: number | null,
  isMeant: (record: PullRequestRecord) => boolean,
): Promise<Known[]> {
  const known: Known[] = [];
  for (const ref of await deps.rounds.list()) {
    if (repoId !== null && ref.repoId !== repoId) continue;
    const record = await deps.rounds.load(ref);
    if (record !== null && isMeant(record)) known.push({ ref, record });
  }
  return known;
}
