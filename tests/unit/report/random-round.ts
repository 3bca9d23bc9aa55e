// Rounds with hostile words in every place that a reviewer, an author, a branch name or a configuration file can fill.
import * as fc from "fast-check";
import { visible } from "../../../src/report/untrusted-text.ts";
import type { TrackedFinding } from "../../../src/findings/tracked-finding.ts";
import type { PullRequestRecord, ReviewerRecord, RoundRecord } from "../../../src/round/round.ts";
import { hostile, hostileAtLength } from "./hostile-text.ts";
import { finding, HEAD, NEXT, options, record, reviewer, round } from "./sample-round.ts";

const priority = fc.constantFrom("P0", "P1", "P2", "P3", null);
const path = fc.oneof(hostile, fc.constantFrom("src/read.ts", "app/(shop)/[id]/a|b.ts", "ä ö/`x`.ts", null));
const verdict = fc.constantFrom("APPROVE", "REQUEST_CHANGES", "UNKNOWN", "ERROR");
const files = fc.array(
  fc.record({ path: hostile, reason: fc.oneof(hostile, fc.constantFrom("too_large", "binary")) }),
  {
    maxLength: 4,
  },
);

const randomFinding: fc.Arbitrary<TrackedFinding> = fc
  .record({
    n: fc.integer({ min: 1, max: 99 }),
    priority,
    title: hostile,
    body: hostileAtLength,
    path,
    line: fc.option(fc.integer({ min: 1, max: 900 })),
    age: fc.integer({ min: 1, max: 4 }),
    status: fc.constantFrom("open", "still_open", "disputed", "resolved", "outdated", "filtered", "suppressed"),
    rule: fc.option(hostile),
    rationale: fc.option(hostile),
    url: fc.option(fc.constant("https://github.com/acme/shop/pull/6#discussion_r1")),
  })
  .map(({ n, line, rationale, url, ...rest }) =>
    finding({
      ...rest,
      id: `RD-${n}`,
      startLine: line,
      endLine: line === null ? null : line + (n % 3),
      comment_url: url,
      decision:
        rationale === null
          ? null
          : { word: "DISPUTE", by: rationale, rationale, rationale_url: null, commit: null, at: options.now },
    }),
  );

const randomReviewer: fc.Arbitrary<ReviewerRecord> = fc
  .record({
    name: fc.constantFrom("codex", "static", "openai"),
    label: hostile,
    exit: fc.option(hostile),
    failure: fc.option(hostile),
    verdict: fc.option(verdict),
    contradiction: fc.option(hostile),
    problem: fc.option(hostile),
    output: fc.option(hostileAtLength),
    not_analysed: files,
    redactions: fc.integer({ min: 0, max: 2 }),
  })
  .map((change) => reviewer(change));

/** A pull request in any state with one or two rounds. */
export const randomPullRequest: fc.Arbitrary<{ pull: PullRequestRecord; last: RoundRecord }> = fc
  .record({
    n: fc.integer({ min: 1, max: 12 }),
    reviewers: fc.array(randomReviewer, { minLength: 1, maxLength: 3 }),
    findings: fc.oneof(
      { weight: 200, arbitrary: fc.array(randomFinding, { maxLength: 6 }) },
      { weight: 1, arbitrary: fc.array(randomFinding, { minLength: 100, maxLength: 300 }) },
    ),
    resolved: fc.array(randomFinding, { maxLength: 2 }),
    omitted: files,
    verdict: fc.option(verdict),
    outcome: fc.constantFrom(null, "ready", "blockers", "unknown_verdict", "reviewer_error", "superseded", "aborted"),
    superseded_by: fc.constantFrom(null, null, NEXT),
    base_ref: hostile,
    // Byte for byte our own text; what it quotes was made visible before.
    prompt: fc.oneof(hostileAtLength.map(visible), fc.constant("none (static rules 1, 2 rules)")),
    failure: fc.option(hostile),
    problems: fc.array(hostile, { maxLength: 2 }),
    actor: fc.option(hostile),
    external: hostile,
    state: fc.constantFrom("READY", "OWNER_ACTION", "BUDGET_EXCEEDED", "ABORTED", "INIT", "KICKOFF"),
    limit: hostile,
    source: hostile,
  })
  .map(({ problems, actor, external, state, limit, source, ...change }) => {
    const base = round();
    const last = round({
      ...change,
      trigger: { ...base.trigger, kind: "comment", actor },
      external: { policy: "best_effort", outcome: external, reviews: [] },
      config: { ...base.config, source, problems },
    });
    const rounds = change.n > 1 ? [round({ n: change.n - 1, head_sha: NEXT }), last] : [last];
    return { pull: record(last, { ...stateOf(state, limit), rounds, head_sha: HEAD }), last };
  });

type State = "READY" | "OWNER_ACTION" | "BUDGET_EXCEEDED" | "ABORTED" | "INIT" | "KICKOFF";

function stateOf(state: State, limit: string): Partial<PullRequestRecord> {
  switch (state) {
    case "OWNER_ACTION":
      return { state, reason: "reviewer_error", failure: limit };
    case "BUDGET_EXCEEDED":
      return { state, reason: "rounds", limit };
    case "ABORTED":
      return { state, reason: "command", aborted: { by: limit, text: limit, at: options.now } };
    default:
      return { state, reason: null };
  }
}
