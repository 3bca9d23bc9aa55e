// The GitHub review of a round: new findings on the lines they are about. GitHub takes all comments of a review or
// none; when it refuses a place, the same findings are posted in the body instead. No finding is lost.
import { PermanentError } from "../errors.ts";
import type { Anchor } from "../findings/anchor.ts";
import { parseReview } from "../findings/parse-review.ts";
import type { TrackedFinding } from "../findings/tracked-finding.ts";
import type { PublishedReview, ReviewWrite } from "../ports.ts";
import { renderReview } from "../report/review.ts";
import { keyOf } from "../round/effect.ts";
import type { PullRequestRecord, RoundRecord } from "../round/round.ts";
import { changeRound } from "../round/step.ts";
import { nothingToDo, type Performed, type Step, wrote } from "./step.ts";
import { reportOptions } from "./report-options.ts";

/** Posts the review once. */
export const publishReview: Step = async (ref, record, due, deps) => {
  const round = record.rounds.find((candidate) => candidate.n === due.entry.effect.round);
  if (round === undefined) return nothingToDo("no such round");
  if (due.entry.id !== null) return nothingToDo("it is there");
  const options = reportOptions(round.config.settings, deps);
  const isRetry = due.entry.status === "intended";
  const render = (anchors: ReadonlyMap<string, Anchor>): ReviewWrite => {
    const input = { anchors, explanation: explanationOf(round), requestChanges: round.config.settings.request_changes };
    return toWrite(due.key, isRetry, record, round, renderReview(record, round, input, options));
  };
  const anchors = anchorsOf(round);
  try {
    return learned(await deps.publisher.upsertReview(ref, render(anchors)), due.entry.effect.round);
  } catch (error) {
    const isRefused = error instanceof PermanentError && error.code === "ANCHOR_REFUSED";
    if (!isRefused) throw error;
    deps.log.warn("GitHub refused a place in the diff; the findings go into the review's body", { effect: due.key });
    return learned(await deps.publisher.upsertReview(ref, render(new Map())), due.entry.effect.round);
  }
};

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

/** The review's object, and the comment of each finding: its key ends in the finding's fingerprint. */
function learned(published: PublishedReview, n: number): Performed {
  const byFingerprint = new Map(published.comments.map((comment) => [comment.key.split(".").at(-1), comment]));
  const place = (finding: TrackedFinding): TrackedFinding => {
    const comment = finding.comment_id === null ? byFingerprint.get(finding.fingerprint) : undefined;
    return comment === undefined ? finding : { ...finding, comment_id: comment.id, comment_url: comment.url };
  };
  return {
    ...wrote({ id: published.id, node_id: published.nodeId, url: published.url }),
    learn: (record) => changeRound(record, n, (round) => ({ ...round, findings: round.findings.map(place) })),
  };
}

function anchorsOf(round: RoundRecord): ReadonlyMap<string, Anchor> {
  return new Map(
    round.findings.map((finding): [string, Anchor] => [
      finding.id,
      finding.anchor === null || finding.anchor === undefined
        ? { kind: "outside", reason: "line_not_in_diff" }
        : { kind: "line", ...finding.anchor },
    ]),
  );
}

// The review's parts come from three places; one argument more is clearer than a bag.
// oxlint-disable-next-line max-params
function toWrite(
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
