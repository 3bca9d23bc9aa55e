// A pull request as GitHub shows it, for tests of steps: one repository, heads and bases by number.
import type { LivePullRequest } from "../../src/ports.ts";
import { sha } from "./history.ts";

/** Open, by somebody of the repository, on `main`; `change` says what differs. */
export function livePullRequest(number: number, head: number, change: Partial<LivePullRequest> = {}): LivePullRequest {
  return {
    ref: { installationId: 1, repoId: 7, owner: "octo", repo: "app", number },
    state: "open",
    isMerged: false,
    isDraft: false,
    isLocked: false,
    title: "A change",
    body: "",
    author: "ada",
    authorIsBot: false,
    labels: [],
    headSha: sha(head),
    headRef: "topic",
    headRepoId: 7,
    baseRef: "main",
    baseSha: sha(99),
    changedFiles: 1,
    url: "",
    ...change,
  };
}
