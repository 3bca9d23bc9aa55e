// What the reviewers of a round are told beside the change: read once for all of them, while the change is fetched. A part
// that cannot be read is named to them and in the record; it never stops a round.
import type { Checkout } from "../checkouts.ts";
import { isExpectedError } from "../errors.ts";
import type { TrackedFinding } from "../findings/tracked-finding.ts";
import { type Context, type LeftOut, toContext } from "../prompt/context.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { EarlierFinding } from "../reviewer.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import type { Deps } from "./deps.ts";

/** What GitHub says; `null` for what nobody needs or nobody knows. */
export type Told = {
  pullRequest: { title: string; body: string; author: string } | null;
  checks: Awaited<ReturnType<Deps["repositories"]["fetchChecks"]>> | null;
  leftOut: readonly LeftOut[];
};

const NOTHING: Told = { pullRequest: null, checks: null, leftOut: [] };
/** The pull request was read when the round started; its words may be that old. */
const MAX_AGE_MS = 10 * 60_000;

/** True when some reviewer that still has to answer wants to know more than the change. */
export function wantsContext(round: RoundRecord, deps: Pick<Deps, "reviewers">): boolean {
  const waiting = new Set(round.reviewers.filter(({ status }) => status === "pending").map(({ name }) => name));
  return deps.reviewers.some(({ name, usesContext }) => waiting.has(name) && usesContext !== false);
}

/** Asks GitHub, when `isWanted`. Rejects only for a bug. */
export async function askGithub(
  ref: PullRequestRef,
  round: RoundRecord,
  isWanted: boolean,
  { pullRequests, repositories }: Pick<Deps, "pullRequests" | "repositories">,
): Promise<Told> {
  if (!isWanted) return NOTHING;
  const leftOut: LeftOut[] = [];
  const orNull = async <Value>(what: string, read: () => Promise<Value>): Promise<Value | null> => {
    try {
      return await read();
    } catch (error) {
      if (!isExpectedError(error)) throw error;
      leftOut.push({ what, reason: "GitHub did not tell it" });
      return null;
    }
  };
  const [live, checks] = await Promise.all([
    orNull("title and description of the pull request", () => pullRequests.fetchPullRequest(ref, MAX_AGE_MS)),
    orNull("other checks", () => repositories.fetchChecks(ref, round.head_sha)),
  ]);
  const pullRequest = live === null ? null : { title: live.title, body: live.body, author: live.author };
  return { pullRequest, checks, leftOut };
}

/** All of it together, cleaned and bounded. */
export function contextOf(
  told: Told,
  rules: Checkout["rules"],
  record: PullRequestRecord,
  round: RoundRecord,
): Context {
  const own = round.config.settings.rules ?? [];
  const fromConfig = own.length === 0 ? [] : [{ path: CONFIG, text: own.map((rule) => `- ${rule}`).join("\n") }];
  const unread = (rules?.leftOut ?? []).map(({ path, reason }) => ({ what: `rules in ${path}`, reason }));
  const isOlder = rules !== undefined && rules.commit !== round.base_sha;
  return toContext({
    pullRequest: told.pullRequest,
    checks: told.checks,
    rules: [...fromConfig, ...(rules?.files ?? [])],
    earlierFindings: earlierFindings(record, round),
    leftOut: [
      ...told.leftOut,
      ...unread,
      ...(isOlder
        ? [{ what: "rules of the base branch", reason: `they are those of ${rules.commit}, which is older` }]
        : []),
    ],
  });
}

/** The list `rules`, wherever in the configuration it stands. */
const CONFIG = "rondo.yml";

/**
 * What is open, and what somebody decided, as the newest round that knows of it says. A round that was asked to look at
 * everything anew (`full review`) is told nothing of it.
 */
function earlierFindings(record: PullRequestRecord, round: RoundRecord): EarlierFinding[] {
  if (round.trigger.is_full === true) return [];
  const newest = new Map<string, TrackedFinding>();
  for (const earlier of record.rounds) {
    if (earlier.n >= round.n) continue;
    for (const finding of [...earlier.findings, ...earlier.resolved]) newest.set(finding.id, finding);
  }
  return [...newest.values()]
    .filter((finding) => OPEN.has(finding.status) || finding.decision !== null || finding.resolved_by !== undefined)
    .toReversed()
    .map(toEarlier);
}

const OPEN: ReadonlySet<string> = new Set(["open", "still_open", "disputed"]);

function toEarlier({ id, title, path, status, priority, decision, resolved_by: by }: TrackedFinding): EarlierFinding {
  const said =
    decision === null
      ? by && { word: "RESOLVED", by: by.by, why: "The thread was resolved; no reason was given." }
      : { word: decision.word, by: decision.by, why: decision.rationale };
  return { id, title, path, status, ...(priority !== null && { priority }), ...(said && { decision: said }) };
}
