// The GitHub review of a round: new findings on the lines they are about. GitHub takes all comments of a review or
// none; when it refuses a place, that place is searched for and its finding goes into the body. No finding is lost.
import { PermanentError } from "../errors.ts";
import type { Anchor } from "../findings/anchor.ts";
import { effectivePriority } from "../findings/finding.ts";
import { parseReview } from "../findings/parse-review.ts";
import type { TrackedFinding } from "../findings/tracked-finding.ts";
import type { PublishedReview, ReviewWrite } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { type RenderedReview, renderReview } from "../report/review.ts";
import { keyOf } from "../round/effect.ts";
import type { Due } from "../round/outbox.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { changeRound } from "../round/step.ts";
import type { Deps } from "./deps.ts";
import { missedEvent } from "./live-head.ts";
import { notShown, pathsOf, refusedAmong, without } from "./narrow-anchors.ts";
import { nothingToDo, type Performed, type Step, wroteObject } from "./step.ts";
import { reportOptions } from "./report-options.ts";

/** Posts the review once. */
export const publishReview: Step = async (ref, record, due, deps) => {
  const round = record.rounds.find((candidate) => candidate.n === due.entry.effect.round);
  if (round === undefined) return nothingToDo("no such round");
  const isChecked = due.entry.status === "intended";
  if (due.entry.id !== null && !isChecked) return nothingToDo("it is there");
  const anchors = anchorsOf(round);
  const posting = newPosting(ref, { record, round, due }, deps);
  const first = await posting.post(anchors);
  if (first !== null) return first;
  deps.log.warn("GitHub refused a place in the diff; looking for it", { effect: due.key });
  // A moved head explains it better than anything else.
  const missed = await missedEvent(ref, round.head_sha, deps, 0);
  if (missed !== null) return { object: {}, event: missed, note: null, isPostponed: true };
  if (!(await posting.isWanted())) return NOT_WANTED;

  const ids = posting.inlineIds(anchors);
  const hidden = notShown(anchors, ids, await deps.publisher.fetchPatches(ref, pathsOf(anchors, ids)));
  const shown = without(anchors, hidden);
  const second = hidden.length === 0 ? null : await posting.post(shown);
  if (second !== null) return second;

  const asked = posting.inlineIds(shown);
  const others = inlineable(round).filter((id) => !asked.includes(id));
  let isWanted = true;
  const refused = await refusedAmong(asked, async (some) => {
    isWanted &&= await posting.isWanted();
    // Nobody needs an answer any more.
    if (!isWanted) return true;
    return await posting.wouldTake(without(shown, [...others, ...asked.filter((id) => !some.includes(id))]));
  });
  if (!isWanted) return NOT_WANTED;
  // Nothing beyond those that were chosen moves up unasked.
  const third = await posting.post(without(shown, [...refused, ...others]));
  return third ?? (await posting.post(without(anchors, inlineable(round)))) ?? impossible();
};

const NOT_WANTED: Performed = { ...nothingToDo("no longer wanted"), isPostponed: true };

/** Findings that may stand inline at all. */
function inlineable(round: RoundRecord): string[] {
  return round.findings.filter((finding) => effectivePriority(finding) !== "P3").map((finding) => finding.id);
}

function impossible(): never {
  throw new PermanentError("GitHub refused a place in a review without comments.", { code: "ANCHOR_REFUSED" });
}

type About = { record: PullRequestRecord; round: RoundRecord; due: Due };

/** The review of one round, to be sent with more or fewer places. */
function newPosting(ref: PullRequestRef, { record, round, due }: About, deps: Deps) {
  const options = reportOptions(round.config.settings, deps);
  const isRetry = due.entry.status === "intended";
  const render = (anchors: ReadonlyMap<string, Anchor>): RenderedReview => {
    const { request_changes: requestChanges, max_inline_comments: maxInline } = round.config.settings;
    const input = { anchors, explanation: explanationOf(round), requestChanges };
    return renderReview(record, round, maxInline === undefined ? input : { ...input, maxInline }, options);
  };
  const write = (anchors: ReadonlyMap<string, Anchor>): ReviewWrite => ({
    ...toWrite(due.key, isRetry, record, round, render(anchors)),
    knownId: due.entry.id,
  });
  return {
    inlineIds: (anchors: ReadonlyMap<string, Anchor>): string[] =>
      render(anchors).comments.map(({ finding }) => finding.id),
    wouldTake: async (anchors: ReadonlyMap<string, Anchor>): Promise<boolean> =>
      await deps.publisher.probeReview(ref, write(anchors)),
    /** Null when GitHub refused a place, which leaves nothing behind. */
    async post(anchors: ReadonlyMap<string, Anchor>): Promise<Performed | null> {
      try {
        const published = await deps.publisher.upsertReview(ref, write(anchors));
        return { ...wroteObject(published, deps), learn: learned(published, round.n, anchors) };
      } catch (error) {
        if (error instanceof PermanentError && error.code === "ANCHOR_REFUSED") return null;
        // Nobody can delete a review: a list without it lags.
        if (error instanceof PermanentError && error.code === "OBJECT_GONE") return nothingToDo("it is there");
        throw error;
      }
    },
    /** False once the round moved on: every further request is one too many. */
    async isWanted(): Promise<boolean> {
      const now = await deps.rounds.load(ref);
      const isOurs = now?.lease?.token === record.lease?.token && now?.fence === record.fence;
      return isOurs && now?.effects[due.key]?.seq === due.entry.seq;
    },
  };
}

/** What the reviewers said about the whole change, from the words that were kept of them; each by name when several did. */
function explanationOf(round: RoundRecord): string | null {
  const said = round.reviewers.flatMap(({ name, output }) => {
    const { explanation } = parseReview(output ?? "", { reviewer: name });
    return explanation.trim() === "" ? [] : [{ name, explanation: explanation.trim() }];
  });
  if (said.length === 0) return null;
  return said
    .map(({ name, explanation }) => (said.length === 1 ? explanation : `${name}: ${explanation}`))
    .join("\n\n");
}

/** Remembers the comment of each finding: its key ends in the finding's fingerprint. */
function learned(published: PublishedReview, n: number, anchors: ReadonlyMap<string, Anchor>) {
  const byFingerprint = new Map(published.comments.map((comment) => [comment.key.split(".").at(-1), comment]));
  const place = (finding: TrackedFinding): TrackedFinding => {
    const anchor = anchors.get(finding.id);
    if (anchor?.kind === "outside" && anchor.reason === "refused") return { ...finding, anchor: null };
    const comment = byFingerprint.get(finding.fingerprint);
    return comment === undefined ? finding : { ...finding, comment_id: comment.id, comment_url: comment.url };
  };
  return (record: PullRequestRecord): PullRequestRecord =>
    changeRound(record, n, (round) => ({ ...round, findings: round.findings.map(place) }));
}

/** Where each finding wants to stand, by id. */
export function anchorsOf(round: RoundRecord): ReadonlyMap<string, Anchor> {
  return new Map(
    round.findings.map((finding): [string, Anchor] => [
      finding.id,
      finding.anchor === null || finding.anchor === undefined
        ? { kind: "outside", reason: "line_not_in_diff" }
        : { kind: "line", ...finding.anchor },
    ]),
  );
}

/** The rendered review as it is sent. The parts come from three places; one argument more is clearer than a bag. */
// oxlint-disable-next-line max-params
export function toWrite(
  key: string,
  isRetry: boolean,
  record: PullRequestRecord,
  round: RoundRecord,
  rendered: ReturnType<typeof renderReview>,
): ReviewWrite {
  return {
    key,
    headSha: round.head_sha,
    event: rendered.event,
    body: rendered.body,
    knownId: null,
    isRetry,
    comments: rendered.comments.map(({ finding, anchor, body }) => ({
      key: `${keyOf(record, { kind: "review", round: round.n }, round.head_sha)}.${finding.fingerprint}`,
      path: anchor.path,
      body,
      line: anchor.line,
      side: anchor.side,
      startLine: anchor.startLine,
      startSide: anchor.startSide,
    })),
  };
}
