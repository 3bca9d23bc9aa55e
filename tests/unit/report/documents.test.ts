// Every text for GitHub over random rounds with hostile words: no document may come out broken.
// `npm run fuzz:report` takes 10,000 rounds; these few keep every renderer under test.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Anchor } from "../../../src/findings/anchor.ts";
import { renderCheckRun } from "../../../src/report/check-run.ts";
import { renderEvaluation } from "../../../src/report/evaluation.ts";
import { renderKickoff } from "../../../src/report/kickoff.ts";
import { type Notice, renderNotice } from "../../../src/report/notice.ts";
import { renderReady } from "../../../src/report/ready.ts";
import { renderResult } from "../../../src/report/result.ts";
import { renderReview } from "../../../src/report/review.ts";
import { renderRoundComment } from "../../../src/report/round-comment.ts";
import { renderSkip } from "../../../src/report/skip.ts";
import { PLAIN_RECORD } from "../../../src/report/record.ts";
import type { PullRequestRecord, RoundRecord } from "../../../src/round/round.ts";
import { hostile } from "./hostile-text.ts";
import { documentProblems } from "./judge-document.ts";
import { randomPullRequest } from "./random-round.ts";
import { HEAD, NEXT, options } from "./sample-round.ts";

const numRuns = Number(process.env["FUZZ_RUNS"] ?? 6);
const timeout = 60_000 + numRuns * 400;

/** Every body of one round: its name, its Markdown, and how many verdict lines it must end with. */
function bodiesOf(pull: PullRequestRecord, round: RoundRecord, words: string): [string, string, 0 | 1][] {
  const isRunning = round.verdict === null && round.outcome === null;
  const anchors = new Map(
    round.findings.map(({ id }, index): [string, Anchor] => [
      id,
      index % 2 === 0
        ? { kind: "line", path: "a.ts", line: 3, side: "RIGHT", startLine: null, startSide: null }
        : { kind: "outside", reason: "line_not_in_diff" },
    ]),
  );
  const review = renderReview(pull, round, { anchors, explanation: words, requestChanges: false }, options);
  const check = renderCheckRun(
    pull,
    round,
    {
      headSha: HEAD,
      record: {
        suggestions: [{ path: words, line: 3, category: words, text: words }],
        designNotes: words,
        verification: [{ what: words, outcome: words }],
        filterReasons: Object.fromEntries(round.findings.map(({ id }) => [id, words])),
        recoveredFrom: words,
      },
      isPublished: true,
    },
    options,
  );
  const externalComments = [
    { text: words, path: words, line: 1, isSuggestion: true, decision: "undecided", rationale: words },
  ] as const;
  return [
    ["KICKOFF", renderKickoff(pull, round, options), 0],
    ["RESULT", renderResult(pull, round, options), 1],
    ["round comment", renderRoundComment(pull, round, options), isRunning ? 0 : 1],
    [
      "evaluation",
      renderEvaluation(
        pull,
        round,
        { resultUrl: null, externalName: "Copilot", externalUrl: null, externalComments },
        options,
      ),
      0,
    ],
    [
      "READY",
      renderReady(
        pull,
        round,
        {
          supersededBy: { sha: NEXT, at: options.now },
          humanBlocks: [{ login: words, sha: NEXT }],
          lateExternal: words,
        },
        options,
      ),
      0,
    ],
    ["review", review.body, 0],
    ...review.comments.slice(0, 3).map(({ body }): [string, string, 0] => ["inline comment", body, 0]),
    ["check summary", check.summary, 0],
    ["check text", check.text, 1],
    [
      "skip",
      renderSkip(
        {
          configSource: words,
          reviewers: ["static"],
          externalPolicy: "off",
          maxRounds: 10,
          runId: "a",
          startsWhenReady: true,
        },
        options,
      ),
      0,
    ],
    ...noticesOf(words).map((notice): [string, string, 0] => [
      `notice ${notice.kind}`,
      renderNotice(notice, options),
      0,
    ]),
  ];
}

function noticesOf(words: string): Notice[] {
  const at = { round: 1, headSha: HEAD, reviewer: words };
  return [
    {
      kind: "budgetExceeded",
      round: 2,
      limit: words,
      key: "max_rounds",
      until: options.now,
      headSha: HEAD,
      last: null,
    },
    { kind: "aborted", by: words, reason: words },
    { kind: "waiting", externalNames: [words], minutes: 30 },
    { kind: "reviewerFailed", ...at, failure: words, attempts: 1, limit: words, elapsedSeconds: 1 },
    { kind: "unknownVerdict", ...at, attempts: 2 },
    { kind: "fixRefused", reason: words },
    { kind: "needsHuman", findingId: "RD-1", title: words, rounds: 3 },
    { kind: "limitStillBinds", limit: words },
    { kind: "refused", by: words, reason: words },
  ];
}

describe("no text of a reviewer breaks a document (A6, A9, A111, B23, F49)", () => {
  test("in any renderer", { timeout }, () => {
    const broken = counterexample(
      fc.property(randomPullRequest, hostile, ({ pull, last }, words) => {
        for (const [name, body, verdictLines] of bodiesOf(pull, last, words)) {
          const problems = documentProblems(body, verdictLines);
          if (problems.length > 0) throw new Error(`${name}: ${problems.join("; ")}\n${body.slice(0, 5000)}`);
        }
      }),
    );
    expect(broken).toBeNull();
  });

  test("in the plain texts of a check run", { timeout }, () => {
    const broken = counterexample(
      fc.property(randomPullRequest, ({ pull, last }) => {
        const input = { headSha: HEAD, record: PLAIN_RECORD, notes: [], isPublished: true };
        const check = renderCheckRun(pull, last, input, options);
        expect(check.title.length).toBeLessThanOrEqual(255);
        for (const { title, message } of check.annotations) {
          expect(Buffer.byteLength(title)).toBeLessThanOrEqual(255);
          expect(Buffer.byteLength(message)).toBeLessThanOrEqual(64_000);
          expect(`${check.title}${title}${message}`).not.toMatch(/\p{Surrogate}|[\u202A-\u202E\u2066-\u2069\u200B]/u);
        }
      }),
    );
    expect(broken).toBeNull();
  });
});

/** Without shrinking and without the whole round in the message: the seed and the broken document say more. */
function counterexample<T>(property: fc.IProperty<T>): string | null {
  const result = fc.check(property, { numRuns, endOnFailure: true });
  return result.failed
    ? `seed ${result.seed}, path ${result.counterexamplePath}: ${String(result.errorInstance)}`
    : null;
}
