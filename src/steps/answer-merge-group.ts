// Merge queues. GitHub asks for checks on a commit that nobody pushed: the base with the queued changes on it. Each was
// reviewed as a pull request, so the group is answered at once from those verdicts; a group without an answer leaves the
// queue after an hour. https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue
import type { Intent } from "../intent/intent.ts";
import type { CheckRunWrite, LivePullRequest } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { worstConclusion } from "../report/check-run.ts";
import { effectKey } from "../round/effect-key.ts";
import type { PullRequestRecord } from "../round/round.ts";
import type { Deps } from "./deps.ts";
import { excludedEvent } from "./exclude.ts";
import { knownPullRequests } from "./known-pull-requests.ts";
import { readConfig } from "./read-config.ts";

type Requested = Pick<Extract<Intent, { kind: "mergeGroupRequested" }>, "repo" | "headSha" | "headRef">;
type Conclusion = NonNullable<CheckRunWrite["conclusion"]>;
/** What one pull request of the group says, and in which words. */
type Answer = { number: number; conclusion: Conclusion; why: string };

/** The kind in the key of the check on a group's commit. */
export const GROUP_KIND = "merge-group";

/** Puts a completed check on the group's commit: the worst of what its pull requests say. Repeating it changes nothing. */
export async function answerMergeGroup(group: Requested, deps: Deps): Promise<string> {
  const number = /\/pr-(?<number>[1-9][0-9]{0,9})-[0-9a-f]+$/.exec(group.headRef)?.groups?.["number"];
  if (number === undefined) return "ignored: the group's branch names no pull request";
  const ref: PullRequestRef = { ...group.repo, number: Number(number) };
  return await answerGroup(ref, group.headSha, deps);
}

/** The same for a check that stands already; `ref` is the pull request that the group was made for. */
export async function answerGroup(ref: PullRequestRef, headSha: string, deps: Deps): Promise<string> {
  const live = await deps.pullRequests.fetchPullRequest(ref);
  const members = await membersOf(ref, live, headSha, deps);
  const answers: Answer[] = [];
  for (const member of members) answers.push(await answerOf(member, deps));
  const conclusion = worstConclusion(answers.map((answer) => answer.conclusion)) ?? "action_required";
  const parts = { repoId: ref.repoId, pr: ref.number, headSha, round: 0, attempt: 1 };
  await deps.publisher.upsertCheckRun(
    ref,
    checkOf(effectKey({ ...parts, kind: GROUP_KIND }), headSha, conclusion, answers),
  );
  return `merge group: ${conclusion} (${answers.map((answer) => `#${answer.number}`).join(", ")})`;
}

/** The pull request of the branch's name, and every other one whose head is among the group's commits. */
async function membersOf(
  ref: PullRequestRef,
  live: LivePullRequest,
  headSha: string,
  deps: Deps,
): Promise<{ ref: PullRequestRef; live: LivePullRequest }[]> {
  const commits = new Set(await deps.repositories.fetchCommits(ref, live.baseRef, headSha));
  const isQueued = (record: PullRequestRecord): boolean =>
    record.pr !== ref.number && record.head_sha_seen !== null && commits.has(record.head_sha_seen);
  const others = await knownPullRequests(deps, ref.repoId, isQueued);
  const read = others.map(async (other) => ({
    ref: other.ref,
    live: await deps.pullRequests.fetchPullRequest(other.ref),
  }));
  return [...(await Promise.all(read)).filter((other) => other.live.state === "open"), { ref, live }];
}

async function answerOf({ ref, live }: { ref: PullRequestRef; live: LivePullRequest }, deps: Deps): Promise<Answer> {
  const say = (conclusion: Conclusion, why: string): Answer => ({ number: ref.number, conclusion, why });
  const record = await deps.rounds.load(ref);
  const isReviewed = record !== null && record.head_sha === live.headSha;
  if (record?.state === "READY" && isReviewed) return say("success", `READY at round ${record.round}`);
  if (record?.state === "OWNER_ACTION" && record.reason === "blockers" && isReviewed)
    return say("failure", "blocking findings are open");
  if (record !== null && record.round > 0) return say("action_required", `NOT READY: ${record.state}`);
  const { config } = await readConfig(ref, live.baseSha, deps);
  const excluded = await excludedEvent(live, config, deps);
  return excluded?.isPass === true
    ? say("neutral", `not reviewed: ${excluded.why}`)
    : say("action_required", "NOT REVIEWED");
}

function checkOf(key: string, headSha: string, conclusion: Conclusion, answers: readonly Answer[]): CheckRunWrite {
  const worst = answers.find((answer) => answer.conclusion === conclusion);
  const title =
    conclusion === "success" ? "READY, as reviewed" : `#${worst?.number ?? 0}: ${worst?.why ?? "NOT REVIEWED"}`;
  const list = answers.map((answer) => `- #${answer.number}: ${answer.why}`).join("\n");
  return {
    key,
    headSha,
    knownId: null,
    // Always looked for first: GitHub may send the same group twice, and one commit has one check.
    isRetry: true,
    status: "completed",
    conclusion,
    title,
    summary: `The verdicts of the pull requests in this group, as they stand:\n\n${list}`,
    text: "",
    detailsUrl: null,
    annotations: [],
    actions: [],
  };
}
