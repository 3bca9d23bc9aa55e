// The check run `Rondo` on one commit: the one thing a branch rule can require. Success is written only after
// everything else of the round is on GitHub, and only when every open pull request with this head has earned it.
import { plainCheckRun, type RenderedCheckRun, renderCheckRun } from "../report/check-run.ts";
import { withSharedHead } from "../report/shared-head.ts";
import type { EffectRecord, Shown } from "../round/effect-record.ts";
import { arm, type Due } from "../round/outbox.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { checkOn, isClosed, isPublished } from "../round/shared-head.ts";
import type { Deps } from "./deps.ts";
import { nothingToDo, type Performed, type Step, wroteObject } from "./step.ts";
import { reportOptions } from "./report-options.ts";
import { readSharedHead, refreshOthers, saidIn } from "./share-head.ts";

/** After how long the checks of pull requests with the same head are compared again, when two were written at once. */
const MEET_AGAIN_MS = 2000;

type Said = Pick<Shown, "weighed" | "unknown">;

/** Makes the check run of this commit look as the state files of all pull requests with this head say. */
export const publishCheck: Step = async (ref, record, due, deps) => {
  const { effect } = due.entry;
  if (effect.kind !== "check") return nothingToDo("not a check");
  const headSha = effect.head_sha;
  const round = record.rounds.find((one) => one.n === effect.round && one.head_sha === headSha) ?? null;
  const own = renderOwn(record, round, { n: effect.round, headSha }, deps);
  // An older check of the same pull request on the same commit speaks for nobody any more.
  if (checkOn(record, headSha)?.key !== due.key)
    return await send(ref, due, { check: own, headSha, said: { weighed: [], unknown: [] } }, deps);

  const shared = await readSharedHead(ref, record, headSha, deps);
  const isOurs = shared.weighed.every(({ pr }) => pr === record.pr);
  if (isOurs && isClosed(record) && isFinished(due.entry, round)) return nothingToDo("a finished check stays");
  const check = isOurs ? own : withSharedHead(own, shared.weighed, headSha);
  const performed = await send(ref, due, { check, headSha, said: saidIn(shared) }, deps);
  if (!(await refreshOthers(ref, headSha, shared, deps))) return performed;
  const notBefore = new Date(deps.clock.now().getTime() + MEET_AGAIN_MS).toISOString();
  return { ...performed, learn: (current) => arm(current, [{ effect, notBefore }]) };
};

function renderOwn(
  record: PullRequestRecord,
  round: RoundRecord | null,
  { n, headSha }: { n: number; headSha: string },
  deps: Pick<Deps, "clock" | "installation">,
): RenderedCheckRun {
  if (isReplaced(record, round, headSha)) return replacedCheck(record);
  const options = reportOptions(round?.config.settings ?? null, deps);
  return renderCheckRun(record, round, plainCheckRun(headSha, isPublished(record, n)), options);
}

async function send(
  ref: PullRequestRef,
  due: Due,
  { check, headSha, said }: { check: RenderedCheckRun; headSha: string; said: Said },
  deps: Pick<Deps, "publisher" | "installation" | "clock">,
): Promise<Performed> {
  const { entry, key } = due;
  const sent = entry.shown?.annotations ?? 0;
  const annotations = sent > 0 ? [] : check.annotations;
  const published = await deps.publisher.upsertCheckRun(ref, {
    ...check,
    annotations,
    key,
    headSha,
    knownId: entry.id,
    isRetry: entry.status === "intended",
    detailsUrl: deps.installation.publicUrl,
  });
  const shown = { conclusion: check.conclusion, annotations: sent + annotations.length, ...said };
  return wroteObject(published, deps, shown);
}

/** A check that was queued for a commit whose round never started, because another commit came first. */
function isReplaced(record: PullRequestRecord, round: RoundRecord | null, headSha: string): boolean {
  return round === null && record.head_sha_seen !== headSha;
}

function replacedCheck(record: PullRequestRecord): RenderedCheckRun {
  const by = record.head_sha_seen ?? "a newer commit";
  const title = `superseded by ${by.slice(0, 7)}`;
  return {
    status: "completed",
    conclusion: "cancelled",
    title,
    summary: `A newer commit, ${by}, was pushed before a round on this one began.`,
    text: "",
    annotations: [],
    actions: [],
  };
}

/** True when the check on GitHub was completed before the pull request was closed. */
function isFinished(entry: EffectRecord, round: RoundRecord | null): boolean {
  if (entry.shown !== undefined) return entry.shown.conclusion !== null;
  return entry.id !== null && round !== null && round.outcome !== null && round.outcome !== "aborted";
}
