// The other pull requests that have a commit as their head: what each says about it, and how their checks hear that this
// one says something new. Level-based: whoever writes a check looks at every state file first, and afterwards asks for
// the checks that say something else to be written again. Two workers that conclude at once end with the same words.
import { PermanentError } from "../errors.ts";
import type { LivePullRequest } from "../ports.ts";
import { formatPullRequestRef, type PullRequestRef } from "../pull-request.ts";
import { worstConclusion } from "../report/check-run.ts";
import { saysOf, unreviewed, weigh, type Weighed } from "../report/shared-head.ts";
import type { Shown } from "../round/effect-record.ts";
import type { PullRequestRecord } from "../round/round.ts";
import { checkOn, isBeingWritten, refreshCheck } from "../round/shared-head.ts";
import type { Deps } from "./deps.ts";
import { isExcluded } from "./exclude.ts";
import { readConfig } from "./read-config.ts";
import { reportOptions } from "./report-options.ts";

/** `record` is null for a state file that names the commit and cannot be read. */
type Other = { ref: PullRequestRef; record: PullRequestRecord | null };

/** Everything that is said about a commit. */
export type SharedHead = {
  /** Open pull requests with this head, by number; the one that asks is among them when it says something. */
  weighed: readonly Weighed[];
  /** Those of `weighed` that no state file knows at this commit, by number. */
  unknown: readonly number[];
  /** Other pull requests of the repository whose state file names the commit. */
  others: readonly Other[];
};

/**
 * Looks at the state files, and asks GitHub for pull requests that they do not know, once and only when that could
 * change a conclusion. Throws when either cannot be read: an answer that failed is not an empty one.
 */
export async function readSharedHead(
  ref: PullRequestRef,
  record: PullRequestRecord,
  headSha: string,
  deps: Deps,
): Promise<SharedHead> {
  const others = await loadOthers(ref, headSha, deps);
  const known = [record, ...others.flatMap((other) => (other.record === null ? [] : [other.record]))].flatMap(
    (one) => weighRecord(one, headSha, deps) ?? [],
  );
  const unread = others
    .filter((other) => other.record === null)
    .map((other) => unreviewed(other.ref.number, null, headSha));
  const weighed = [...known, ...unread];
  const worst = worstConclusion(weighed.map(({ status }) => status.conclusion));
  // While one runs, or when one was stopped, the others change nothing that passes.
  const mayPass = worst !== null && worst !== "cancelled";
  const found = mayPass ? await findUnknown(ref, headSha, weighed, deps) : [];
  return {
    weighed: [...weighed, ...found].toSorted((a, b) => a.pr - b.pr),
    unknown: found.map(({ pr }) => pr).toSorted((a, b) => a - b),
    others,
  };
}

/** What a pull request's own record says about the commit, under the settings of its own round. */
export function weighRecord(
  record: PullRequestRecord,
  headSha: string,
  deps: Pick<Deps, "clock" | "installation">,
): Weighed | null {
  const n = checkOn(record, headSha)?.entry.effect.round;
  const settings = record.rounds.find((round) => round.n === n)?.config.settings ?? null;
  return weigh(record, headSha, reportOptions(settings, deps));
}

/**
 * Asks for the others' checks to be written again where they say something else. True when one of them is being written
 * at this moment, after a look that may be older than ours, and it is up to us to look again.
 */
export async function refreshOthers(
  ref: PullRequestRef,
  headSha: string,
  shared: SharedHead,
  deps: Pick<Deps, "rounds" | "jobs" | "clock">,
): Promise<boolean> {
  const says = saidIn(shared).weighed;
  if (says.length === 0) return false;
  let isLate = false;
  for (const other of shared.others) {
    if (other.record === null || checkOn(other.record, headSha) === undefined) continue;
    let isChanged = false;
    const now = deps.clock.now().toISOString();
    await deps.rounds.update(other.ref, (current) => {
      const next = refreshCheck(current, headSha, says);
      isChanged = next !== current;
      // Only one of two that meet looks again, or they would for ever.
      isLate ||= other.ref.number < ref.number && isBeingWritten(current, headSha, now);
      return { record: next, event: { kind: "checkRefreshed", detail: { because: ref.number, head_sha: headSha } } };
    });
    if (isChanged) await deps.jobs.wake(other.ref);
  }
  return isLate;
}

/** What the state file keeps of it. Unknown ones are apart: how GitHub lists them differs from one moment to the next. */
export function saidIn({ weighed, unknown }: SharedHead): Pick<Shown, "weighed" | "unknown"> {
  return { weighed: saysOf(weighed.filter(({ pr }) => !unknown.includes(pr))), unknown: [...unknown] };
}

async function loadOthers(ref: PullRequestRef, headSha: string, deps: Pick<Deps, "rounds" | "log">): Promise<Other[]> {
  const others: Other[] = [];
  for (const other of await deps.rounds.listOnCommit(ref, headSha)) {
    if (other.number === ref.number) continue;
    try {
      const record = await deps.rounds.load(other);
      if (record !== null) others.push({ ref: other, record });
    } catch (error) {
      if (!(error instanceof PermanentError)) throw error;
      deps.log.error("a pull request with the same head cannot be read", { pr: formatPullRequestRef(other), error });
      others.push({ ref: other, record: null });
    }
  }
  return others;
}

/** Open pull requests with this head that say nothing about it themselves and are wanted: nobody reviewed them. */
async function findUnknown(
  ref: PullRequestRef,
  headSha: string,
  weighed: readonly Weighed[],
  deps: Pick<Deps, "pullRequests" | "installation">,
): Promise<Weighed[]> {
  const found: Weighed[] = [];
  for (const live of await deps.pullRequests.listWithHead(ref, headSha)) {
    const { number } = live.ref;
    if (number === ref.number || weighed.some(({ pr }) => pr === number)) continue;
    if (!(await isUnwanted(live, deps))) found.push(unreviewed(number, live.baseRef, headSha));
  }
  return found;
}

/** Drafts and excluded pull requests cannot be merged or are nobody's gate. */
async function isUnwanted(live: LivePullRequest, deps: Pick<Deps, "pullRequests" | "installation">): Promise<boolean> {
  if (live.isDraft) return true;
  const { config } = await readConfig(live.ref, live.baseSha, deps);
  return isExcluded(live, config) !== null;
}
