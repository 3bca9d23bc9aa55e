// What is said when `floor_after_round` made findings advisory, and what `max_inline_comments` moves into the body.
import { describe, expect, test } from "vitest";
import type { Anchor } from "../../../src/findings/anchor.ts";
import { checkStatus } from "../../../src/report/check-run.ts";
import { renderEvaluation } from "../../../src/report/evaluation.ts";
import { renderKickoff } from "../../../src/report/kickoff.ts";
import { renderResult } from "../../../src/report/result.ts";
import { renderReview } from "../../../src/report/review.ts";
import { renderSummary } from "../../../src/report/summary.ts";
import { finding, HEAD, options as plain, record, round } from "./sample-round.ts";

const base = round();
const floored = round({
  n: 4,
  verdict: "APPROVE",
  outcome: "ready",
  findings: [
    finding({ id: "RD-1", priority: "P2" }),
    finding({ id: "RD-2", priority: null }),
    finding({ id: "RD-3", priority: "P3" }),
    finding({ id: "RD-4", priority: "P2", status: "disputed" }),
  ],
  config: {
    ...base.config,
    settings: {
      ...base.config.settings,
      blocking_priorities: ["P0", "P1"],
      floor: { after_round: 3, lowered: ["P2"] },
    },
  },
});
const options = { ...plain, blocking: floored.config.settings.blocking_priorities };
const ready = record(floored, { state: "READY", reason: null });
const WHY =
  "After round 3 only P0 and P1 block (`floor_after_round: 3`), so 2 findings of lower priority are advisory.";
const FIELD = "Blocking priorities: P0, P1 (after round 3, floor_after_round)";
const evaluation = { resultUrl: null, externalName: "External", externalUrl: null, externalComments: [] } as const;

describe("findings below the floor", () => {
  test("are advisory on every surface, and each says why", () => {
    const review = renderReview(
      ready,
      floored,
      { anchors: new Map(), explanation: null, requestChanges: true },
      options,
    );

    expect(renderSummary(ready, floored, options)).toContain(`- **Advisory**: ${WHY}`);
    expect(renderEvaluation(ready, floored, evaluation, options)).toContain(
      "### Codex findings (0 blocking, 3 advisory)",
    );
    expect(renderEvaluation(ready, floored, evaluation, options)).toContain(WHY);
    expect(review.body).toContain(`Findings: 0 blocking, 3 advisory.`);
    expect(review.body).toContain(WHY);
    expect(review.event).toBe("COMMENT");
    expect(renderKickoff(ready, floored, options)).toContain(FIELD);
    expect(renderResult(ready, floored, options)).toContain(FIELD);
    expect(checkStatus(ready, floored, { headSha: HEAD, isPublished: true }, options).conclusion).toBe("success");
  });

  test("are not spoken of without a floor, or when it lowers nothing", () => {
    const only = { ...floored, findings: [finding({ priority: "P1" })] };
    expect(renderSummary(record(only, { state: "OWNER_ACTION", reason: "blockers" }), only, options)).not.toContain(
      "floor_after_round",
    );
    expect(renderKickoff(record(base), base, plain)).not.toContain("floor_after_round");
  });
});

describe("max_inline_comments", () => {
  const findings = (["P2", "P0", "P1"] as const).map((priority, n) =>
    finding({ id: `RD-${n + 1}`, priority, title: `${priority} here`, fingerprint: `${n}`.padStart(16, "0") }),
  );
  const one = round({ findings });
  const line: Anchor = { kind: "line", path: "a.ts", line: 1, side: "RIGHT", startLine: null, startSide: null };
  const anchors = new Map(findings.map(({ id }): [string, Anchor] => [id, line]));
  const shown = (maxInline: number): { inline: string[]; body: string[] } => {
    const { comments, body } = renderReview(
      record(one),
      one,
      { anchors, explanation: null, requestChanges: false, maxInline },
      plain,
    );
    return { inline: comments.map(({ finding: { title } }) => title), body: body.match(/P[0-3] here/g) ?? [] };
  };

  test("the most severe stand inline, the others in the body, most severe first", () => {
    expect(shown(1)).toEqual({ inline: ["P0 here"], body: ["P1 here", "P2 here"] });
    expect(shown(3)).toEqual({ inline: ["P0 here", "P1 here", "P2 here"], body: [] });
  });

  test("0 is none inline, and no finding is lost", () => {
    expect(shown(0)).toEqual({ inline: [], body: ["P0 here", "P1 here", "P2 here"] });
  });
});
