// The compact round comment, the review, notices, the skip comment, the record and the check run.
import { describe, expect, test } from "vitest";
import type { Anchor } from "../../../src/findings/anchor.ts";
import { plainCheckRun, renderCheckRun, worstConclusion } from "../../../src/report/check-run.ts";
import { describeEnding } from "../../../src/report/failure.ts";
import { genuineKey, readMarkers, renderMarker, verifyMarker, withMarker } from "../../../src/report/marker.ts";
import { renderNotice } from "../../../src/report/notice.ts";
import { PLAIN_RECORD, renderRecord } from "../../../src/report/record.ts";
import { renderReview } from "../../../src/report/review.ts";
import { renderRoundComment } from "../../../src/report/round-comment.ts";
import { isCheckboxTicked, renderSkip } from "../../../src/report/skip.ts";
import { readVerdictLine } from "../../../src/report/verdict-line.ts";
import { effectKey } from "../../../src/round/effect-key.ts";
import { firstTable, nodes, parseMarkdown, textOf } from "./markdown-tree.ts";
import {
  cleanRound,
  finding,
  HEAD,
  NEXT,
  options,
  ownerAction,
  record,
  reviewer,
  round,
  runningRound,
  STATIC_PASS,
} from "./sample-round.ts";

const compact = { ...options, transcript: "compact" } as const;
const ready = { state: "READY", reason: null } as const;

describe("round comment", () => {
  test("KICKOFF while the reviewers run", () => {
    const one = runningRound();

    expect(renderRoundComment(record(one, { state: "KICKOFF", reason: null }), one, compact)).toMatchInlineSnapshot(`
      "## Codex Review -- Round 1 -- KICKOFF

      Round 1 is running: codex at \`0123456\`. This comment becomes the result.

      <details>
      <summary>Run</summary>

      Runner: rondo 0.1.0 (codex)
      PR: #6
      Reviewer model: codex review (configured codex CLI default)
      Kickoff timestamp (UTC): 2026-06-05T23:40:16Z
      Head SHA: 0123456789abcdef0123456789abcdef01234567
      Base: main @ 89abcdef0123456789abcdef0123456789abcdef
      Trigger: opened
      Round budget: Round 1 of 10
      Configuration: defaults

      </details>

      <details>
      <summary>Prompt sent to codex review</summary>

      \`\`\`\`text
      Review pull request acme/shop#6. Mention @nobody, keep \`\`\`this\`\`\`.
      \`\`\`\`

      </details>"
    `);
  });

  test("RESULT with blockers: five seconds first, the rest folded", () => {
    const one = round({
      n: 2,
      findings: [finding({ status: "still_open", age: 2 }), finding({ id: "RD-2", priority: "P3", title: "Name it" })],
      resolved: [finding({ id: "RD-3", status: "resolved" })],
    });
    const about = record(one, ownerAction);

    expect(renderRoundComment({ ...about, rounds: [round(), one] }, one, compact)).toMatchInlineSnapshot(`
      "## Codex Review -- Round 2 -- RESULT

      **Changes requested** at \`0123456\`: 1 finding blocks the merge.

      - **Reviewed**: 3 changed files against \`main\` by codex
      - **Blocks**: RD-1 **[P1] Close the file when the read fails** ([\`src/read.ts:12-14\`](https://github.com/acme/shop/blob/0123456789abcdef0123456789abcdef01234567/src/read.ts#L12-L14), round 2 in a row)
      - **Since the last round**: 1 new, 1 still open, 1 resolved
      - **Next**: push a fix, and a new round starts; or answer in the thread, e.g. \`@codex dispute RD-1: rationale\`.

      <details>
      <summary>Findings (1 blocking, 1 advisory)</summary>

      | Finding | Tag | Where | Reviewer | Status |
      |:--|:--|:--|:--|:--|
      | RD-1 Close the file when the read fails | P1 | [\`src/read.ts:12-14\`](https://github.com/acme/shop/blob/0123456789abcdef0123456789abcdef01234567/src/read.ts#L12-L14) | codex | still open, round 2 |
      | RD-2 Name it | P3 | [\`src/read.ts:12-14\`](https://github.com/acme/shop/blob/0123456789abcdef0123456789abcdef01234567/src/read.ts#L12-L14) | codex | open |
      | RD-3 Close the file when the read fails | P1 | [\`src/read.ts:12-14\`](https://github.com/acme/shop/blob/0123456789abcdef0123456789abcdef01234567/src/read.ts#L12-L14) | codex | resolved |

      </details>

      <details>
      <summary>Verbatim codex review output</summary>

      This PR was reviewed using codex review with the prompt above and produced the following output:

      \`\`\`text
      The change leaks a handle.

      REQUEST_CHANGES
      \`\`\`

      </details>

      <details>
      <summary>Prompt sent to codex review</summary>

      \`\`\`\`text
      Review pull request acme/shop#6. Mention @nobody, keep \`\`\`this\`\`\`.
      \`\`\`\`

      </details>

      <details>
      <summary>Record</summary>

      Runner: rondo 0.1.0 (codex)
      PR: #6
      Reviewer model: codex review (configured codex CLI default)
      Kickoff timestamp (UTC): 2026-06-05T23:40:16Z
      Head SHA: 0123456789abcdef0123456789abcdef01234567
      Base: main @ 89abcdef0123456789abcdef0123456789abcdef
      Trigger: opened
      Round budget: Round 2 of 10
      Configuration: defaults
      Result timestamp (UTC): 2026-06-05T23:42:14Z
      Codex exit code: 0
      Duration (s): 116.0
      Detected verdict: REQUEST_CHANGES
      Verdict source: final_line
      Changed files: 3
      External reviews: off
      Review record: \`6f1c0d3e-0000-4000-8000-000000000001\`

      ### Codex runner stderr (non-evidence)

      Kept as an artifact, not shown here: Kept on the server: run 6-r1.1-codex-0a1b2c3d

      </details>

      <!-- rondo-verdict: {"schema":1,"verdict":"REQUEST_CHANGES","state":"OWNER_ACTION","head":"0123456789abcdef0123456789abcdef01234567","round":2,"blocking":1,"advisory":1} -->"
    `);
  });

  test.each([
    ["READY", cleanRound(), ready, "**READY** at `0123456`: no findings."],
    [
      "static rules only",
      cleanRound({ reviewers: [reviewer(STATIC_PASS)], omitted: [{ path: "a.png", reason: "binary" }] }),
      ready,
      "**READY** at `0123456`: no static findings, 1 file not analysed; static rules only.",
    ],
    ["nothing to review", cleanRound({ changed_files: 0 }), ready, "**READY** at `0123456`: nothing to review."],
    [
      "UNKNOWN",
      cleanRound({ verdict: "UNKNOWN", outcome: "unknown_verdict", reviewers: [reviewer({ verdict: "UNKNOWN" })] }),
      ownerAction,
      "**NOT REVIEWED** at `0123456`: the output of codex could not be read as a verdict.",
    ],
    [
      "ERROR",
      cleanRound({
        verdict: "ERROR",
        outcome: "reviewer_error",
        reviewers: [reviewer({ verdict: "ERROR", failure: "timeout: too slow." })],
      }),
      ownerAction,
      "**NOT REVIEWED** at `0123456`: codex failed. timeout: too slow.",
    ],
    [
      "superseded",
      round({ outcome: "superseded", superseded_by: NEXT }),
      ownerAction,
      "**Superseded** by `fedcba9`; nothing below counts.",
    ],
  ] as const)("%s", (_, one, state, headline) => {
    expect(renderRoundComment(record(one, state), one, compact).split("\n")[2]).toBe(headline);
  });

  test("a long title is cut in the summary and whole in the table; the sixth blocker takes no line of its own to announce", () => {
    const title = `Do not ${"read the file again and ".repeat(10)}close it`;
    const six = Array.from({ length: 6 }, (_, n) => finding({ id: `RD-${n + 1}`, title: n === 5 ? title : "Short" }));
    const text = renderRoundComment(record(round({ findings: six }), ownerAction), round({ findings: six }), compact);

    expect(text).toContain(`  - RD-6 **[P1] Do not ${"read the file again and ".repeat(3)}read the file again…** (`);
    expect(text).toContain(`| RD-6 ${title} |`);
    expect(text).not.toContain("more\n");
  });

  test("a round that was cut short is nothing to compare with", () => {
    const cut = round({ verdict: null, outcome: "superseded", superseded_by: NEXT });
    const one = round({ n: 2 });
    const about = { ...record(one, ownerAction), rounds: [cut, one] };

    expect(renderRoundComment(about, one, compact)).not.toContain("Since the last round");
  });

  test("unread files hold READY back, and the text says what to do", () => {
    const one = cleanRound({ omitted: [{ path: "big.sql", reason: "too_large" }], outcome: "blockers" });

    expect(renderRoundComment(record(one, ownerAction), one, compact)).toContain(
      "- **Next**: a person must look at 1 file that was not read.",
    );
  });

  test("offers a fix only when there is a fixer", () => {
    const about = record(round(), ownerAction);

    expect(renderRoundComment(about, round(), compact)).not.toContain("address that feedback");
    expect(renderRoundComment(about, round(), { ...compact, hasFixer: true })).toContain(
      "`@codex address that feedback`",
    );
  });

  test("names what is wrong in the configuration (A108)", () => {
    const base = round();
    const one = {
      ...base,
      config: {
        ...base.config,
        source: ".github/rondo.yml @ 0123456",
        problems: ['line 1, column 1: unknown key "max_round"'],
      },
    };

    expect(renderRoundComment(record(one, ownerAction), one, compact)).toContain(
      '- line 1, column 1: unknown key "max_round"',
    );
  });
});

describe("review", () => {
  const anchor: Anchor = {
    kind: "line",
    path: "src/read.ts",
    line: 14,
    side: "RIGHT",
    startLine: 12,
    startSide: "RIGHT",
  };
  const input = (ids: string[]) => ({
    anchors: new Map(ids.map((id) => [id, anchor])),
    explanation: "One leak.",
    requestChanges: false,
  });

  test("is a connector-style body with inline comments (A46, A47)", () => {
    const one = round();
    const review = renderReview(record(one, ownerAction), one, input(["RD-1"]), options);

    expect(review.body).toMatchInlineSnapshot(`
      "### 💡 Codex Review

      One leak.

      **Reviewed commit:** \`0123456789\`

      Findings: 1 blocking, 0 advisory. Still open from earlier rounds: 0. Repeated claims suppressed: 0.

      <details> <summary>ℹ️ About Codex Review by Rondo</summary>
      <br/>

      A round starts when you
      - open a pull request for review
      - mark a draft as ready
      - push a commit
      - comment \`@codex review\`

      👀 means a round is running. 👍 means no findings.

      </details>"
    `);
    expect(review.comments[0]?.body).toMatchInlineSnapshot(`
      "**<sub><sub>![P1 Badge](https://img.shields.io/badge/P1-orange?style=flat)</sub></sub>  [P1] Close the file when the read fails**

      When \`read\` throws, the handle stays open and the worker runs out of descriptors.

      RD-1 by codex. To disagree, reply \`DISPUTE: rationale\` or comment \`@codex dispute RD-1: rationale\`.

      Useful? React with 👍 / 👎."
    `);
    expect(review.event).toBe("COMMENT");
  });

  test("cuts a title of more than 80 characters between words; what it says in full is in the findings table", () => {
    const title = `Close ${"the very long handle ".repeat(8)}when the read fails`;
    const one = round({ findings: [finding({ id: "RD-1", title })] });
    const [comment] = renderReview(record(one, ownerAction), one, input(["RD-1"]), options).comments;
    const shown = /\[P1\] (?<title>.*)\*\*$/m.exec(comment?.body ?? "")?.groups?.["title"] ?? "";
    expect(shown.length).toBeLessThanOrEqual(80);
    expect(shown).toMatch(/^Close the very long handle .* (?:the|very|long|handle)…$/);
    expect(renderRoundComment(record(one, ownerAction), one, options)).toContain(title);
  });

  test("no finding is lost: still open, outside the diff, advisory, over thirty (A48, A51)", () => {
    const many = Array.from({ length: 35 }, (_, n) => finding({ id: `RD-${n + 10}`, title: `Leak ${n}` }));
    const one = round({
      findings: [
        finding({
          id: "RD-1",
          status: "still_open",
          age: 3,
          comment_url: "https://github.com/acme/shop/pull/6#discussion_r1",
        }),
        finding({ id: "RD-2", title: "Elsewhere", path: "app/(shop)/page.tsx" }),
        finding({ id: "RD-3", title: "Small", priority: "P3" }),
        finding({ id: "RD-4", title: "Disputed", status: "disputed" }),
        ...many,
      ],
    });
    const review = renderReview(record(one), one, input(["RD-1", "RD-3", ...many.map((one) => one.id)]), {
      ...options,
      badges: false,
    });

    expect(review.comments).toHaveLength(30);
    expect(review.body).toContain(
      "#### Still open\n\n- RD-1 **[P1] Close the file when the read fails** — open for 3 rounds — [thread](https://github.com/acme/shop/pull/6#discussion_r1)",
    );
    expect(review.body).toContain(
      `#### Outside the diff\n\n- RD-2 **[P1] Elsewhere** — [\`app/(shop)/page.tsx:12-14\`](https://github.com/acme/shop/blob/${HEAD}/app/%28shop%29/page.tsx#L12-L14)`,
    );
    expect(review.body).toContain("#### Advisory\n\n- RD-3 **[P3] Small**");
    expect(review.body).not.toContain("Disputed**");
    const shown = review.comments.map(({ body }) => body).join("\n") + review.body;
    for (const { title } of many) expect(shown).toContain(`${title}**`);
    expect(review.comments[0]?.body.split("\n")[0]).toBe("**[P1] Leak 0**");
  });

  test("requests changes only when asked to and something blocks (A115)", () => {
    const asked = { ...input([]), requestChanges: true };

    expect(renderReview(record(round()), round(), asked, options).event).toBe("REQUEST_CHANGES");
    expect(renderReview(record(cleanRound()), cleanRound(), asked, options).event).toBe("COMMENT");
  });

  test("a clean review names the commit (A49)", () => {
    const one = cleanRound();
    const review = renderReview(record(one, ready), one, { ...input([]), explanation: null }, options);

    expect(review.body).toContain("No findings.\n\n**Reviewed commit:** `0123456789`");
    expect(review.comments).toEqual([]);
  });

  test("the how-to names the first active alias (A46)", () => {
    expect(renderReview(record(round()), round(), input([]), { ...options, aliases: ["rondo"] }).body).toContain(
      "- comment `@rondo review`",
    );
  });

  test("an untagged finding says so (A21)", () => {
    const one = round({ findings: [finding({ priority: null })] });

    expect(renderReview(record(one), one, input(["RD-1"]), options).comments[0]?.body).toContain(
      "![P2 Badge](https://img.shields.io/badge/P2-yellow?style=flat)</sub></sub>  [P2, untagged]",
    );
  });
});

describe("notices", () => {
  test.each([
    {
      kind: "budgetExceeded",
      round: 11,
      limit: "max_rounds 10 reached",
      key: "max_rounds",
      until: null,
      headSha: NEXT,
      last: { round: 10, headSha: HEAD, blocking: 1 },
    },
    {
      kind: "budgetExceeded",
      round: 2,
      limit: "daily cost $10.00 reached, spent $10.42",
      key: "budget.cost_usd_per_day",
      until: "2026-06-06T00:00:00.000Z",
      headSha: HEAD,
      last: null,
    },
    { kind: "aborted", by: "octocat", reason: "not needed @all" },
    { kind: "waiting", externalNames: ["copilot"], minutes: 30 },
    {
      kind: "reviewerFailed",
      round: 1,
      headSha: HEAD,
      reviewer: "codex",
      failure: "timeout: the time limit for one run of 900 s (phase_cap) fired after 901.2 s.",
      attempts: 2,
      limit: "phase_cap 900 s",
      elapsedSeconds: 901.2,
    },
    {
      kind: "reviewerFailed",
      round: 1,
      headSha: HEAD,
      reviewer: null,
      failure: "no_merge_base: main and the head have no common commit; rebase the branch onto main.",
      attempts: 1,
      limit: null,
      elapsedSeconds: null,
    },
    { kind: "unknownVerdict", round: 1, headSha: HEAD, reviewer: "codex", attempts: 1 },
    { kind: "unknownVerdict", round: 1, headSha: HEAD, reviewer: "codex", attempts: 2 },
    { kind: "workerLost", round: 1, headSha: HEAD, claims: 3 },
    { kind: "fixRefused", reason: "the head moved" },
    { kind: "needsHuman", findingId: "RD-1", title: "Close `x`", rounds: 3 },
    { kind: "disputeNeedsFact", findingId: "RD-1" },
    { kind: "busy", what: "round", round: 2 },
    { kind: "busy", what: "fix", round: 2 },
    { kind: "limitStillBinds", limit: "max_rounds 10" },
    { kind: "refused", by: "mona", reason: "write permission is needed" },
  ] as const)("$kind", (notice) => {
    expect(renderNotice(notice, options)).toMatchSnapshot();
  });
});

describe("failure", () => {
  test.each([
    [{ kind: "completed", exitCode: 0 }, "0", null],
    [{ kind: "exitedWith", exitCode: 3 }, "3", "reviewer_crashed: the reviewer ended with exit code 3."],
    [
      { kind: "killedBy", signal: "SIGSEGV" },
      "none (signal SIGSEGV)",
      "reviewer_killed: the reviewer was killed by SIGSEGV.",
    ],
    [
      { kind: "timedOut", limit: "phase_cap", limitMs: 240_000 },
      "none (timeout 240 s, phase_cap)",
      "timeout: the time limit for one run of 240 s (phase_cap) fired after 642.0 s.",
    ],
    [
      { kind: "outputTooLarge", limitBytes: 10 },
      "none (output too large)",
      "output_too_large: the reviewer printed more than 10 bytes and was stopped.",
    ],
    [
      { kind: "notInstalled", command: "codex" },
      "127",
      "not_installed: `codex` is not installed on the server. An administrator can check with `rondo doctor`.",
    ],
    [{ kind: "cancelled" }, "none (cancelled)", "cancelled: the run was stopped because it no longer counted."],
  ] as const)("%j (A11, A95, F37)", (ending, exit, failure) => {
    expect(describeEnding(ending, 642_000)).toMatchObject({ exit, failure });
  });
});

describe("skip comment", () => {
  const input = {
    configSource: "defaults",
    reviewers: ["static"],
    externalPolicy: "off",
    maxRounds: 10,
    runId: "6f1c",
    startsWhenReady: true,
  } as const;

  test("says how to start a round (A107)", () => {
    expect(renderSkip(input, options)).toMatchInlineSnapshot(`
      "> [!IMPORTANT]
      > ## Review skipped
      >
      > Draft detected.
      >
      > To start a single round, comment \`@codex review\`. For all commands, comment \`@codex help\`.
      >
      > Nothing was reviewed yet. Marking the pull request as ready for review starts the first round by itself.
      >
      > <details>
      > <summary>⚙️ Run configuration</summary>
      >
      > - **Configuration used**: defaults
      > - **Reviewer**: static
      > - **External review policy**: off
      > - **Round budget**: 10
      > - **Run ID**: \`6f1c\`
      >
      > </details>
      >
      > Set \`status_comment: false\` in \`.github/rondo.yml\` to turn this comment off.

      - [ ] <!-- rondo:trigger --> 🔍 Trigger review"
    `);
  });

  test("reads its checkbox (A109)", () => {
    const body = renderSkip(input, options);

    expect(isCheckboxTicked(body)).toBe(false);
    expect(isCheckboxTicked(body.replace("- [ ]", "- [x]"))).toBe(true);
    expect(isCheckboxTicked("- [x] something else")).toBe(false);
  });
});

describe("record", () => {
  test("has every section in order, empty ones say None (A111)", () => {
    const one = cleanRound();
    const text = renderRecord(record(one, ready), one, PLAIN_RECORD, options);

    expect(text).toMatchInlineSnapshot(`
      "## Review — rondo[bot]

      Verdict: APPROVE

      Reviewing commit \`0123456\` for PR #6

      Review record: \`6f1c0d3e-0000-4000-8000-000000000001\`

      ### Blocking Findings

      None.

      ### Follow-up Findings

      None.

      ### Non-blocking Suggestions

      None.

      ### Design Notes

      None.

      ### Verification

      None.

      ### Policy Notes

      None.

      ### Recovery Notes

      None.

      Reviewed by rondo[bot] via codex review (configured codex CLI default)"
    `);
  });

  test("tables survive any text (A111, F49)", () => {
    const one = round({
      findings: [
        finding({ title: "a | b", body: "line\n---|---\n<!-- x -->" }),
        finding({ id: "RD-2", priority: "P3" }),
      ],
    });
    const text = renderRecord(record(one), one, PLAIN_RECORD, options);

    expect(firstTable(text)).toEqual([
      ["#", "File:Line", "Severity", "Finding"],
      ["1", "src/read.ts:12-14", "BLOCKING", "RD-1 [P1] a | b. line ---|--- <!-- x -->"],
    ]);
    expect(nodes(parseMarkdown(text), "heading").map(textOf)).toEqual([
      "Review — rondo[bot]",
      "Blocking Findings",
      "Follow-up Findings",
      "Non-blocking Suggestions",
      "Design Notes",
      "Verification",
      "Policy Notes",
      "Recovery Notes",
    ]);
  });

  test("names what was filtered, what was not run and what was recovered (A112, A113, A118)", () => {
    const one = round({
      findings: [finding({ status: "filtered" })],
      reviewers: [reviewer({ not_analysed: [{ path: "a.py", reason: "too deep" }] })],
    });
    const input = {
      ...PLAIN_RECORD,
      verification: [{ what: "pytest", outcome: "NOT RUN (pytest is not installed)" }],
      filterReasons: { "RD-1": "pre-existing" },
      recoveredFrom: "last.txt",
    };
    const text = renderRecord(record(one), one, input, options);

    expect(text).toContain("- pytest: NOT RUN (pytest is not installed)\n- codex on `a.py`: NOT RUN (too deep)");
    expect(text).toContain("- filtered: RD-1 `src/read.ts:12-14` Close the file when the read fails — pre-existing");
    expect(text).toContain("### Recovery Notes\n\nVerdict recovered from `last.txt`.");
  });
});

describe("check run", () => {
  const published = plainCheckRun(HEAD, true);

  test("READY is a success with the verdict line last", () => {
    const one = cleanRound();
    const check = renderCheckRun(record(one, ready), one, published, options);

    expect(check).toMatchObject({ status: "completed", conclusion: "success", title: "READY at round 1, 0123456" });
    expect(check.text.split("\n").at(-1)).toBe(
      `rondo-verdict: {"schema":1,"verdict":"APPROVE","state":"READY","head":"${HEAD}","round":1,"blocking":0,"advisory":0}`,
    );
    expect(readVerdictLine(check.text)?.verdict).toBe("APPROVE");
  });

  test.each([
    ["not published yet", cleanRound(), ready, plainCheckRun(HEAD, false), "in_progress", null, "Round 1: publishing"],
    [
      "a newer head",
      cleanRound(),
      ready,
      plainCheckRun(NEXT, true),
      "completed",
      "action_required",
      "NOT REVIEWED: no verdict for fedcba9",
    ],
    [
      "READY without a verdict",
      cleanRound({ verdict: "UNKNOWN" }),
      ready,
      published,
      "completed",
      "action_required",
      "NOT REVIEWED: no verdict for 0123456",
    ],
    ["READY with a blocker", round(), ready, published, "completed", "failure", "1 blocking finding open"],
    [
      "static rules only",
      cleanRound({ reviewers: [reviewer(STATIC_PASS)] }),
      ready,
      published,
      "completed",
      "success",
      "READY at round 1, 0123456 (static rules only)",
    ],
    ["blockers", round(), ownerAction, published, "completed", "failure", "1 blocking finding open"],
    [
      "reviewer error",
      cleanRound({ reviewers: [reviewer({ failure: "timeout: slow." })] }),
      { state: "OWNER_ACTION", reason: "reviewer_error" },
      published,
      "completed",
      "action_required",
      "NOT REVIEWED: codex failed. timeout: slow.",
    ],
    [
      "unknown",
      cleanRound(),
      { state: "OWNER_ACTION", reason: "unknown_verdict" },
      published,
      "completed",
      "action_required",
      "NOT REVIEWED: the verdict could not be read",
    ],
    [
      "external",
      cleanRound(),
      { state: "OWNER_ACTION", reason: "external_missing" },
      published,
      "completed",
      "action_required",
      "NOT REVIEWED: external review missing",
    ],
    [
      "worker lost",
      cleanRound(),
      { state: "OWNER_ACTION", reason: "worker_lost" },
      published,
      "completed",
      "action_required",
      "NOT REVIEWED: worker lost",
    ],
    ["running", runningRound(), { state: "KICKOFF", reason: null }, published, "in_progress", null, "Round 1: KICKOFF"],
    [
      "superseded",
      round({ superseded_by: NEXT }),
      { state: "INIT", reason: null },
      published,
      "completed",
      "cancelled",
      "superseded by fedcba9",
    ],
    [
      "budget",
      null,
      { state: "BUDGET_EXCEEDED", reason: "rounds", limit: "max_rounds 10 reached" },
      published,
      "completed",
      "action_required",
      "BUDGET_EXCEEDED: max_rounds 10 reached",
    ],
    [
      "aborted",
      null,
      { state: "ABORTED", reason: "command", aborted: { by: "mona", text: null, at: options.now } },
      published,
      "completed",
      "cancelled",
      "ABORTED by mona: command",
    ],
    ["queued", null, { state: "INIT", reason: null }, published, "queued", null, "Round 1 queued for 0123456"],
    [
      "paused",
      null,
      { state: "INIT", reason: null, paused: { reason: "command", by: "mona" } },
      published,
      "completed",
      "action_required",
      "paused (command) by mona",
    ],
  ] as const)("%s", (_, one, state, input, status, conclusion, title) => {
    expect(renderCheckRun(record(one, state), one, input, options)).toMatchObject({ status, conclusion, title });
  });

  test("in a pause names what ends it, and a single round beside that", () => {
    for (const reason of ["command", "churn"] as const)
      expect(summaryOf(reason)).toContain("To go on, comment `@codex resume`; `@codex review` starts a single round.");
    expect(summaryOf("draft")).toContain("To go on, mark the pull request as ready for review; `@codex review`");
  });

  test("is never green unless READY with a verdict for this head (invariants 5 to 7)", () => {
    for (const state of ["INIT", "KICKOFF", "WAIT_FOR_BOTH_REVIEWS", "EVALUATE"] as const) {
      const check = renderCheckRun(record(cleanRound(), { state, reason: null }), cleanRound(), published, options);
      expect(check.conclusion).not.toBe("success");
    }
  });

  test("annotates lines within GitHub's limits", () => {
    const one = round({
      findings: [
        finding({ title: "t".repeat(400), body: "" }),
        finding({ id: "RD-2", path: null }),
        finding({ id: "RD-3", priority: "P3" }),
      ],
    });
    const { annotations } = renderCheckRun(record(one, ownerAction), one, published, options);

    expect(annotations.map(({ level }) => level)).toEqual(["failure", "notice"]);
    expect(annotations[0]?.title.length).toBeLessThanOrEqual(255);
    expect(annotations[0]?.message).not.toBe("");
  });

  test("buttons fit GitHub's limits: three, 20, 40 and 20 characters", () => {
    const about = record(null, { state: "BUDGET_EXCEEDED", reason: "rounds", limit: "x" });
    const { actions } = renderCheckRun(about, null, published, options);

    expect(actions.map(({ label }) => label)).toEqual(["Re-review", "Extend", "Abort"]);
    for (const action of actions) {
      expect([action.label.length <= 20, action.description.length <= 40, action.identifier.length <= 20]).toEqual([
        true,
        true,
        true,
      ]);
    }
  });

  test("the worst of several pull requests counts", () => {
    expect(worstConclusion(["success", "failure", "cancelled"])).toBe("failure");
    expect(worstConclusion(["success", null])).toBeNull();
    expect(worstConclusion([])).toBeNull();
  });
});

describe("marker", () => {
  const key = effectKey({ repoId: 42, pr: 6, headSha: HEAD, round: 1, attempt: 1, kind: "round" });

  test("is found again, with the old key too", () => {
    const body = withMarker("text", key, ["old"]);

    expect(readMarkers(body)).toEqual([{ key, mac: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
    expect(genuineKey(body, ["new", "old"])).toBe(key);
    expect(genuineKey(`${body}\r\n`, ["old"])).toBe(key);
  });

  test("is found again when the key file's content moved into RONDO_MARKER_KEY", () => {
    const body = withMarker("text", key, [Buffer.from("0f".repeat(32), "hex")]);

    expect(genuineKey(body, ["a new key of thirty-two characters", "0f".repeat(32)])).toBe(key);
  });

  test("none of fifty forgeries is believed (B24)", () => {
    for (let n = 0; n < 50; n++) {
      const forged = renderMarker(key.replace("/6/", `/${n + 7}/`), [`guess ${n}`]);
      expect(readMarkers(forged)).toHaveLength(1);
      expect(genuineKey(forged, ["secret"])).toBeUndefined();
    }
    const [marker] = readMarkers(renderMarker(key, ["secret"]));
    expect(verifyMarker({ key: `${marker?.key}x`, mac: marker?.mac ?? "" }, ["secret"])).toBe(false);
  });

  test("a genuine marker further up is a quotation", () => {
    expect(readMarkers(`${renderMarker(key, ["secret"])}\n\nand then`)).toEqual([]);
  });
});

/** The check's summary while a pull request is paused. */
function summaryOf(reason: "command" | "churn" | "draft"): string {
  const paused = record(null, { state: "INIT", reason: null, paused: { reason, by: null } });
  return renderCheckRun(paused, null, plainCheckRun(HEAD, true), options).summary;
}
