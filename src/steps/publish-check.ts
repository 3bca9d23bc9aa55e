// The check run `Rondo` on one commit: the one thing a branch rule can require. Success is written only after
// everything else of the round is on GitHub, and only when every open pull request with this head has earned it.
import { plainCheckRun, type RenderedCheckRun, renderCheckRun } from "../report/check-run.ts";
import { saysOf, withSharedHead } from "../report/shared-head.ts";
import type { EffectRecord, Shown } from "../round/effect-record.ts";
import { arm } from "../round/outbox.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { checkOn, isClosed, isPublished } from "../round/shared-head.ts";
import { nothingToDo, type Performed, type Step, wrote } from "./step.ts";
import { reportOptions } from "./report-options.ts";
import { readSharedHead, refreshOthers } from "./share-head.ts";

/** After how long the checks of pull requests with the same head are compared again, when two were written at once. */
const MEET_AGAIN_MS = 2000;

/** Makes the check run of this commit look as the state files of all pull requests with this head say. */
export const publishCheck: Step = async (ref, record, due, deps) => {
  const { effect } = due.entry;
  if (effect.kind !== "check") return nothingToDo("not a check");
  const { head_sha: headSha } = effect;
  const round =
    record.rounds.find((candidate) => candidate.n === effect.round && candidate.head_sha === headSha) ?? null;
  const options = reportOptions(round?.config.settings ?? null, deps);
  const own = isReplaced(record, round, headSha)
    ? replacedCheck(record)
    : renderCheckRun(record, round, plainCheckRun(headSha, isPublished(record, effect.round)), options);
  // An older check of the same pull request on the same commit speaks for nobody any more.
  const isNewest = checkOn(record, headSha)?.key === due.key;
  if (!isNewest) return await write(own, null);

  const shared = await readSharedHead(ref, record, headSha, deps);
  const isOurs = shared.weighed.every(({ pr }) => pr === record.pr);
  if (isOurs && isClosed(record) && isFinished(due.entry, round)) return nothingToDo("a finished check stays");
  const { weighed, unknown } = shared;
  const says = saysOf(weighed.filter(({ pr }) => !unknown.includes(pr)));
  const rendered = isOurs ? own : withSharedHead(own, weighed, headSha);
  const performed = await write(rendered, { weighed: says, unknown: [...unknown] });
  if (!(await refreshOthers(ref, headSha, shared, deps))) return performed;
  const notBefore = new Date(deps.clock.now().getTime() + MEET_AGAIN_MS).toISOString();
  return { ...performed, learn: (current) => arm(current, [{ effect, notBefore }]) };

  async function write(check: RenderedCheckRun, about: Pick<Shown, "weighed" | "unknown"> | null): Promise<Performed> {
    const sent = due.entry.shown?.annotations ?? 0;
    const annotations = sent > 0 ? [] : check.annotations;
    const published = await deps.publisher.upsertCheckRun(ref, {
      ...check,
      annotations,
      key: due.key,
      headSha,
      knownId: due.entry.id,
      isRetry: due.entry.status === "intended",
      detailsUrl: options.publicUrl,
    });
    const shown: Shown = {
      conclusion: check.conclusion,
      annotations: sent + annotations.length,
      ...(about ?? { weighed: [], unknown: [] }),
    };
    return wrote({ id: published.id, node_id: published.nodeId, url: published.url, shown });
  }
};

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
