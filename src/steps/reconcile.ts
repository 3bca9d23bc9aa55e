// Queue and webhooks are hints; the state files and GitHub are the truth. At start and every few minutes, whatever a
// state file still owes is put back on the queue, and heads that moved without our hearing of it are followed. A lost
// job, an empty Redis or a lost webhook is then only a delay.
import { formatPullRequestRef, type PullRequestRef, pullRequestKey } from "../pull-request.ts";
import type { LivePullRequest } from "../ports.ts";
import { isServed } from "../repo-config/served.ts";
import { saysOf } from "../report/shared-head.ts";
import { arm, lookAgain, openEffects } from "../round/outbox.ts";
import type { PullRequestRecord } from "../round/round.ts";
import { checkOn, isOpenAt, refreshCheck } from "../round/shared-head.ts";
import { apply } from "./apply.ts";
import type { Deps } from "./deps.ts";
import { eventOf } from "./live-head.ts";
import { weighRecord } from "./share-head.ts";

type Needs = Pick<Deps, "rounds" | "jobs" | "log" | "pullRequests" | "clock" | "installation">;
type Known = { ref: PullRequestRef; record: PullRequestRecord };

/** What a look around led to. */
export type Reconciled = { woken: number; followed: number };

/** Looks at every state file once. What cannot be read is logged and does not stop the others. */
export async function reconcile(deps: Needs): Promise<Reconciled> {
  const known = await loadAll(deps);
  let woken = 0;
  const before = new Date(deps.clock.now().getTime() - LAG_SETTLES * deps.installation.settleMs).toISOString();
  for (const { ref, record } of known) {
    const isSentTwice = lookAgain(record, before) !== record;
    if (isSentTwice) await openAgain(ref, before, deps);
    if (!isSentTwice && openEffects(record).length === 0) continue;
    await deps.jobs.wake(ref);
    woken += 1;
  }
  let followed = 0;
  for (const repository of groupByRepository(known)) followed += await followRepository(repository, deps);
  if (woken + followed > 0) deps.log.info("reconciled", { woken, followed });
  return { woken, followed };
}

/** GitHub's lists were seen to lag its writes by up to 130 s; as a multiple of the settling time, 10 s. */
const LAG_SETTLES = 13;

/** What was sent twice is looked at again: should there be two objects by now, one is taken away. */
async function openAgain(ref: PullRequestRef, before: string, deps: Pick<Deps, "rounds">): Promise<void> {
  await deps.rounds.update(ref, (current) => ({
    record: lookAgain(current, before),
    event: { kind: "lookedAgain", detail: { because: "sent twice" } },
  }));
}

async function loadAll(deps: Needs): Promise<Known[]> {
  const known: Known[] = [];
  for (const ref of await deps.rounds.list()) {
    if (!isServed(ref, deps.installation.serverConfig)) continue;
    try {
      const record = await deps.rounds.load(ref);
      if (record !== null) known.push({ ref, record });
    } catch (error) {
      deps.log.error("a pull request could not be looked at", { pr: formatPullRequestRef(ref), error });
    }
  }
  return known;
}

/** Pull requests that may be open, by repository: one list call answers for all of them. */
function groupByRepository(known: readonly Known[]): Known[][] {
  const groups = new Map<number, Known[]>();
  for (const one of known) {
    const isClosed = one.record.state === "ABORTED" && one.record.reason !== "command";
    if (!isClosed) groups.set(one.ref.repoId, [...(groups.get(one.ref.repoId) ?? []), one]);
  }
  return [...groups.values()];
}

/** Compares one repository with GitHub and applies what nobody told us. Returns how many pull requests had moved. */
async function followRepository(known: readonly Known[], deps: Needs): Promise<number> {
  const [first] = known;
  if (first === undefined) return 0;
  let followed = 0;
  try {
    const open = new Map((await deps.pullRequests.listOpen(first.ref)).map((live) => [pullRequestKey(live.ref), live]));
    for (const { ref, record } of known) {
      const live = open.get(pullRequestKey(ref)) ?? (await deps.pullRequests.fetchPullRequest(ref));
      if (await follow(ref, record, live, deps)) followed += 1;
    }
    const records = known.map(({ record }) => record);
    for (const { ref, record } of known) {
      if (isCheckStale(record, records, open, deps) && (await refresh(ref, record, deps))) followed += 1;
    }
  } catch (error) {
    deps.log.warn("a repository could not be compared with GitHub", { repo: first.record.repo, error });
  }
  return followed;
}

async function follow(
  ref: PullRequestRef,
  record: PullRequestRecord,
  live: LivePullRequest,
  deps: Needs,
): Promise<boolean> {
  const missed = eventOf(live, record.head_sha_seen ?? live.headSha, deps.clock.now().toISOString());
  if (missed === null) return false;
  const { row } = await apply(ref, missed, deps);
  if (row !== null) await deps.jobs.wake(ref);
  return row !== null;
}

/** True when a check speaks of other pull requests with its head, or should, and they say something else by now. */
function isCheckStale(
  record: PullRequestRecord,
  known: readonly PullRequestRecord[],
  open: ReadonlyMap<string, LivePullRequest>,
  deps: Needs,
): boolean {
  const headSha = record.head_sha_seen;
  const shown = headSha === null ? undefined : checkOn(record, headSha)?.entry.shown;
  if (headSha === null || shown === undefined || !isOpenAt(record, headSha)) return false;
  const isGone = (pr: number): boolean => {
    const live = open.get(pullRequestKey({ repoId: record.repo_id, number: pr }));
    return live?.headSha !== headSha || live.isDraft;
  };
  if (shown.unknown.some(isGone)) return true;
  const sharing = known.filter((one) => isOpenAt(one, headSha));
  const isAlone = sharing.length === 1 && shown.weighed.every(({ pr }) => pr === record.pr);
  const says = saysOf(sharing.flatMap((one) => weighRecord(one, headSha, deps) ?? []).toSorted((a, b) => a.pr - b.pr));
  return !isAlone && refreshCheck(record, headSha, says) !== record;
}

/** Asks for the check again, unless somebody is at it. */
async function refresh(
  ref: PullRequestRef,
  { head_sha_seen: headSha }: PullRequestRecord,
  deps: Needs,
): Promise<boolean> {
  let isAsked = false;
  await deps.rounds.update(ref, (current) => {
    const check = headSha === null ? undefined : checkOn(current, headSha);
    isAsked = check?.entry.status === "done";
    const record = isAsked && check !== undefined ? arm(current, [{ effect: check.entry.effect }]) : current;
    return { record, event: { kind: "checkRefreshed", detail: { because: "reconcile", head_sha: headSha } } };
  });
  if (isAsked) await deps.jobs.wake(ref);
  return isAsked;
}
