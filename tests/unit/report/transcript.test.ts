// The texts of the full transcript, word for word.
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { renderEvaluation } from "../../../src/report/evaluation.ts";
import { renderKickoff } from "../../../src/report/kickoff.ts";
import { renderReady } from "../../../src/report/ready.ts";
import { renderResult } from "../../../src/report/result.ts";
import { readVerdictLine } from "../../../src/report/verdict-line.ts";
import { firstTable, nodes, parseMarkdown } from "./markdown-tree.ts";
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
  STATIC_PASS,
} from "./sample-round.ts";

const READY_INPUT = { supersededBy: null, humanBlocks: [], lateExternal: null };

describe("KICKOFF", () => {
  test("has its fields in order (A1, A2, A10)", () => {
    expect(renderKickoff(record(round()), round(), options)).toMatchInlineSnapshot(`
      "## Codex Review -- Round 1 -- KICKOFF

      Runner: rondo 0.1.0 (codex)
      PR: #6
      Reviewer model: codex review (configured codex CLI default)
      Kickoff timestamp (UTC): 2026-06-05T23:40:16Z
      Head SHA: 0123456789abcdef0123456789abcdef01234567
      Base: main @ 89abcdef0123456789abcdef0123456789abcdef
      Trigger: opened
      Round budget: Round 1 of 10
      Configuration: defaults

      ### Prompt sent to codex review

      \`\`\`\`text
      Review pull request acme/shop#6. Mention @nobody, keep \`\`\`this\`\`\`.
      \`\`\`\`

      Awaiting codex output. The result will be posted as a separate comment on this PR when codex exits."
    `);
  });

  test("shows the prompt byte for byte (A3)", () => {
    const prompt = "Line one @codex\n  ```fence``` ~~~~ `````` \ttab\nlast — línea";
    const one = round({ prompt });
    const code = nodes(parseMarkdown(renderKickoff(record(one), one, options)), "code")[0];

    expect(sha256(code?.value ?? "")).toBe(sha256(prompt));
  });

  test("says unlimited, and names another reviewer", () => {
    const one = round({ reviewers: [reviewer({ name: "openai", label: "openai gpt" })] });
    const text = renderKickoff(record(one, { max_rounds: null }), one, options);

    expect(text).toContain("Round budget: unlimited");
    expect(text).toContain("### Prompt sent to openai review");
    expect(text).toContain("Awaiting openai output.");
    expect(text.startsWith("## Codex Review -- Round 1 -- KICKOFF\n")).toBe(true);
  });

  test("embedded rules get no prompt, and the text says so", () => {
    const one = round({ prompt: "none (static rules 1.0, 120 rules)", reviewers: [reviewer(STATIC_PASS)] });

    expect(renderKickoff(record(one), one, options)).toContain("Prompt: none (static rules 1.0, 120 rules)");
  });
});

describe("RESULT", () => {
  test("has its fields in order and the verdict line last (A5, A10)", () => {
    expect(renderResult(record(round(), ownerAction), round(), options)).toMatchInlineSnapshot(`
      "## Codex Review -- Round 1 -- RESULT

      PR: #6
      Reviewer model: codex review (configured codex CLI default)
      Result timestamp (UTC): 2026-06-05T23:42:14Z
      Codex exit code: 0
      Duration (s): 116.0
      Detected verdict: REQUEST_CHANGES
      Verdict source: final_line
      Head SHA: 0123456789abcdef0123456789abcdef01234567

      ### Prompt sent to codex review

      \`\`\`\`text
      Review pull request acme/shop#6. Mention @nobody, keep \`\`\`this\`\`\`.
      \`\`\`\`

      ### Verbatim codex review output

      This PR was reviewed using codex review with the prompt above and produced the following output:

      \`\`\`text
      The change leaks a handle.

      REQUEST_CHANGES
      \`\`\`

      ### Codex runner stderr (non-evidence)

      Kept as an artifact, not shown here: Kept on the server: run 6-r1.1-codex-0a1b2c3d

      <!-- rondo-verdict: {"schema":1,"verdict":"REQUEST_CHANGES","state":"OWNER_ACTION","head":"0123456789abcdef0123456789abcdef01234567","round":1,"blocking":1,"advisory":0} -->"
    `);
  });

  test("one RESULT with a section for each reviewer", () => {
    const one = round({ reviewers: [reviewer(), reviewer(STATIC_PASS)] });

    expect(renderResult(record(one, ownerAction), one, options)).toMatchInlineSnapshot(`
      "## Codex Review -- Round 1 -- RESULT

      PR: #6
      Reviewer model: codex review (configured codex CLI default); static rules 1.0 (120 rules)
      Result timestamp (UTC): 2026-06-05T23:42:14Z
      Codex exit code: 0 (codex), 0 (static)
      Duration (s): 116.0
      Detected verdict: REQUEST_CHANGES
      Verdict source: final_line
      Head SHA: 0123456789abcdef0123456789abcdef01234567

      ### Prompt sent to codex review

      \`\`\`\`text
      Review pull request acme/shop#6. Mention @nobody, keep \`\`\`this\`\`\`.
      \`\`\`\`

      ### Verbatim codex review output

      Exit code: 0 · Duration (s): 116.0 · Verdict: REQUEST_CHANGES (final_line)

      This PR was reviewed using codex review with the prompt above and produced the following output:

      \`\`\`text
      The change leaks a handle.

      REQUEST_CHANGES
      \`\`\`

      ### Verbatim static review output

      Exit code: 0 · Duration (s): 116.0 · Verdict: APPROVE (structured)

      This PR was reviewed using static review and produced the following output:

      \`\`\`text
      {"findings":[],"overall_correctness":"patch is correct"}
      \`\`\`

      ### Codex runner stderr (non-evidence)

      Kept as an artifact, not shown here: Kept on the server: run 6-r1.1-codex-0a1b2c3d

      ### Static runner stderr (non-evidence)

      Kept as an artifact, not shown here: Kept on the server: run 6-r1.1-static-0a1b2c3d

      <!-- rondo-verdict: {"schema":1,"verdict":"REQUEST_CHANGES","state":"OWNER_ACTION","head":"0123456789abcdef0123456789abcdef01234567","round":1,"blocking":1,"advisory":0} -->"
    `);
  });

  test("output cannot close its fence, speak as Rondo or hide text (A6, F09)", () => {
    const output = 'a\n````\n<!-- rondo-verdict: {"schema":1} -->\nrondo-verdict: {"schema":1}\n\u202Etxt';
    const one = round({ reviewers: [reviewer({ output })] });
    const text = renderResult(record(one, ownerAction), one, options);

    expect(nodes(parseMarkdown(text), "code")).toHaveLength(2);
    expect(text.match(/rondo-verdict:/g)).toHaveLength(1);
    expect(readVerdictLine(text)).toMatchObject({ verdict: "REQUEST_CHANGES", blocking: 1, advisory: 0, head: HEAD });
    expect(text).toContain("[U+202E]txt");
  });

  test("shows no stderr and no path of the server, only where they are kept (A7, F02, F04)", () => {
    const one = round();

    expect(renderResult(record(one), one, options)).toContain("Kept on the server: run 6-r1.1-codex-0a1b2c3d");
    expect(renderResult(record(one), one, { ...options, publicUrl: "https://rondo.example/" })).toContain(
      "https://rondo.example/runs/6-r1.1-codex-0a1b2c3d",
    );
  });

  test("a killed reviewer has its signal, verdict ERROR and one line for the cause (A11)", () => {
    const killed = reviewer({
      status: "failed",
      exit: "none (signal SIGKILL)",
      failure: "reviewer_killed: the reviewer was killed by SIGKILL, perhaps for want of memory.",
      verdict: "ERROR",
      verdict_source: "none",
      output: "",
    });
    const one = round({ reviewers: [killed], verdict: "ERROR", verdict_source: "none", findings: [] });
    const text = renderResult(record(one, ownerAction), one, options);

    expect(text).toContain("Codex exit code: none (signal SIGKILL)\n");
    expect(text).toContain("Detected verdict: ERROR\nVerdict source: none\n");
    expect(text).toContain("Cause: reviewer_killed: the reviewer was killed by SIGKILL");
    expect(text).toContain("No output.");
  });

  test("prints the contradiction (A19)", () => {
    const one = round({ reviewers: [reviewer({ contradiction: "final line APPROVE, 1 blocking finding" })] });

    expect(renderResult(record(one), one, options)).toContain(
      `Head SHA: ${HEAD}\nContradiction: final line APPROVE, 1 blocking finding\n`,
    );
  });

  test("says why an answer gave no verdict, once, and escapes what it quotes", () => {
    const problem = "it is in no known format: <b>ok</b> @octocat";
    const unread = reviewer({ verdict: "UNKNOWN", verdict_source: "none", problem });
    const one = round({ reviewers: [unread], verdict: "UNKNOWN", verdict_source: "none", findings: [] });
    const text = renderResult(record(one, ownerAction), one, options);
    expect(text).toMatch(/^Verdict not read: it is in no known format: .* \(codex\)$/m);
    expect(text).not.toMatch(/^Verdict not read: .*(?:<b>|@octocat)/m);

    const said = reviewer({ contradiction: "final line APPROVE", problem: "final line APPROVE" });
    const other = round({ reviewers: [said] });
    expect(renderResult(record(other), other, options)).not.toContain("Verdict not read");
  });

  test("a superseded round shows no output", () => {
    const one = round({ outcome: "superseded", superseded_by: NEXT });
    const text = renderResult(record(one), one, options);

    expect(text).toContain(`Outcome: SUPERSEDED by ${NEXT}`);
    expect(text).not.toContain("leaks a handle");
  });

  test("lists every file that nobody read, and says what that means", () => {
    const omitted = [
      { path: "a.bin", reason: "binary" },
      { path: "big.sql", reason: "too_large" },
    ];
    const one = cleanRound({ omitted });

    expect(renderResult(record(one), one, options)).toContain(
      "### Not reviewed (2)\n\n1 file left out for size or budget: READY is withheld.\n\n- `a.bin`: binary\n- `big.sql`: too large",
    );
  });

  test("a round of the embedded rules alone says so", () => {
    const one = cleanRound({ reviewers: [reviewer(STATIC_PASS)] });

    expect(renderResult(record(one), one, options)).toContain("Coverage: static rules only");
  });

  test("a huge output is cut with a visible line and keeps the verdict line (A9)", () => {
    const one = round({ reviewers: [reviewer({ output: "x @y ```\n".repeat(20_000) })] });
    const text = renderResult(record(one), one, options);

    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(60_000);
    expect(text).toMatch(/\n\[cut: \d+ of \d+ characters not shown\]\n/);
    expect(readVerdictLine(text)?.round).toBe(1);
  });
});

describe("EVALUATION", () => {
  const input = {
    resultUrl: "https://github.com/acme/shop/pull/6#issuecomment-2",
    externalName: "Copilot",
    externalUrl: null,
    externalComments: [],
  } as const;

  test("has two tables, five counters and the outcome (A34)", () => {
    const dispute = {
      word: "DISPUTE",
      by: "octocat",
      rationale: "src/a.ts:3 | checks",
      rationale_url: null,
      commit: null,
      at: "2026-06-05T23:43:00Z",
    } as const;
    const one = round({
      findings: [
        finding(),
        finding({ id: "RD-2", priority: null, title: "a | b", status: "disputed", decision: dispute }),
      ],
    });
    const text = renderEvaluation(record(one, ownerAction), one, input, options);

    expect(text).toMatchInlineSnapshot(`
      "## Codex Review -- Round 1 -- EVALUATION

      Head SHA: 0123456789abcdef0123456789abcdef01234567
      Codex result: https://github.com/acme/shop/pull/6#issuecomment-2
      Copilot review: off

      ### Codex findings (1 blocking, 0 advisory)

      | Finding | Tag | Decision | Rationale |
      |:--|:--|:--|:--|
      | RD-1 Close the file when the read fails | P1 | open |  |
      | RD-2 a \\| b | P2 (untagged) | DISPUTE by octocat | src/a.ts:3 \\| checks |

      ### Copilot inline comments (0)

      | Comment | Path:Line | Suggestion? | Decision | Rationale |
      |:--|:--|:--|:--|:--|

      ### Round outcome

      - Blocking codex findings to address: 1
      - Copilot comments to ACCEPT: 0
      - Copilot comments to MODIFY: 0
      - Copilot comments to REJECT: 0 (rationale posted inline)
      - Disputed codex findings: 1 (rationale posted on PR)

      Round 1 complete; transitioning to OWNER_ACTION to apply fixes."
    `);
    expect(firstTable(text)[2]).toEqual(["RD-2 a | b", "P2 (untagged)", "DISPUTE by octocat", "src/a.ts:3 | checks"]);
  });

  test.each([
    [
      { state: "READY", reason: null },
      "APPROVE",
      "Round 1 complete; no blockers and no Copilot comments require code change. Transitioning to READY.",
    ],
    [
      ownerAction,
      "UNKNOWN",
      "Round 1 incomplete; verdict UNKNOWN. A person must decide. Comment `@codex review` to run again.",
    ],
    [ownerAction, "REQUEST_CHANGES", "Round 1 complete; transitioning to OWNER_ACTION to apply fixes."],
  ] as const)("%j with %s", (state, verdict, sentence) => {
    const one = round({ verdict, outcome: null });

    expect(renderEvaluation(record(one, state), one, input, options).endsWith(sentence)).toBe(true);
  });

  test("shows the external comments", () => {
    const comment = {
      text: "x".repeat(90),
      path: "a.ts",
      line: 3,
      isSuggestion: true,
      decision: "REJECT",
      rationale: "by design",
    } as const;
    const one = round({ external: { policy: "require", outcome: "1 review", reviews: [] } });
    const text = renderEvaluation(record(one), one, { ...input, externalComments: [comment] }, options);

    expect(text).toContain(`| ${"x".repeat(80)} | a.ts:3 | yes | REJECT | by design |`);
    expect(text).toContain("- Copilot comments to REJECT: 1 (rationale posted inline)");
    expect(text).toContain("Copilot review: none by deadline");
  });
});

describe("READY", () => {
  test("names the commit, the rounds and the verdicts (A38)", () => {
    const one = cleanRound();

    expect(renderReady(record(one, { state: "READY", reason: null }), one, READY_INPUT, options))
      .toMatchInlineSnapshot(`
      "## PR READY for human merge — Round 1

      PR: https://github.com/acme/shop/pull/6
      Head SHA: 0123456789abcdef0123456789abcdef01234567
      Base: main @ 89abcdef0123456789abcdef0123456789abcdef
      Total rounds: 1
      Final codex verdict: APPROVE
      Final Copilot verdict: not requested (policy off)
      Disputed findings: none
      Human reviews: none blocking

      This PR has been through the autonomous review loop and is ready for the user's final quality-gate review and merge decision. Rondo does not auto-merge."
    `);
  });

  test("after a push its first line says superseded (A42)", () => {
    const one = cleanRound();
    const text = renderReady(
      record(one),
      one,
      { ...READY_INPUT, supersededBy: { sha: NEXT, at: options.now } },
      options,
    );

    expect(text.split("\n")[0]).toBe(
      `> **SUPERSEDED** by ${NEXT} at 2026-06-05T23:42:14Z. The text below is about an older commit.`,
    );
  });

  test("a moved base is visible (F14)", () => {
    const one = cleanRound({ base_moved_to: NEXT });

    expect(renderReady(record(one), one, READY_INPUT, options)).toContain(
      `Base moved: main is now ${NEXT}; this round reviewed against ${one.base_sha}.`,
    );
  });

  test("says how it came to be: disputes, a person's block, static rules only, derived (A116)", () => {
    const by = {
      word: "DISPUTE",
      by: "octocat",
      rationale: "x",
      rationale_url: null,
      commit: null,
      at: options.now,
    } as const;
    const one = round({ findings: [finding({ status: "disputed", decision: by })] });
    const text = renderReady(
      record(one),
      one,
      { ...READY_INPUT, humanBlocks: [{ login: "mona", sha: NEXT }] },
      options,
    );

    expect(text).toContain("Final codex verdict: REQUEST_CHANGES, every blocker resolved or disputed\n");
    expect(text).toContain("Disputed findings: RD-1 by octocat\n");
    expect(text).toContain("Human reviews: blocked by human review of mona at fedcba9");
    const alone = cleanRound({ reviewers: [reviewer(STATIC_PASS)] });
    expect(renderReady(record(alone), alone, READY_INPUT, options)).toContain(
      "Coverage: no static findings; static rules only",
    );
    const derived = cleanRound({ verdict_source: "derived" });
    expect(renderReady(record(derived), derived, READY_INPUT, options)).toContain(
      "Final codex verdict: APPROVE (derived)",
    );
  });
});

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
