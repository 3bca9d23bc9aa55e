// docs/messages.md: every text that Rondo writes on a pull request, rendered by the renderers themselves from one sample
// pull request, so that an operator can look a text up and a reviewer of a change sees it as it will be.

const HEAD = "26e51d90248c1d0e6f1b7c2a9d8e4f3b5a6c7d8e";
const NEXT = "7aed9d717d105b2dac6b9581f78f6180a2f74357";
const BASE = "222900305e352c811b6f03756fd70278a3c52a32";

/** `load` imports a file of the source tree. Resolves to the page. */
export async function renderMessages(load) {
  const { renderKickoff } = await load("src/report/kickoff.ts");
  const { renderResult } = await load("src/report/result.ts");
  const { renderRoundComment } = await load("src/report/round-comment.ts");
  const { renderReview } = await load("src/report/review.ts");
  const { renderEvaluation } = await load("src/report/evaluation.ts");
  const { renderReady } = await load("src/report/ready.ts");
  const { renderNotice } = await load("src/report/notice.ts");
  const { COMMENT_COMMANDS } = await load("src/commands/registry.ts");
  const { helpCommand } = await load("src/commands/help.ts");
  const { renderSkip } = await load("src/report/skip.ts");
  const { renderRecord, PLAIN_RECORD } = await load("src/report/record.ts");
  const { plainCheckRun, renderCheckRun } = await load("src/report/check-run.ts");
  const { newRecord } = await load("src/round/round.ts");
  const ref = { installationId: 1, repoId: 42, owner: "acme", repo: "shop", number: 6 };
  const pull = (change) => ({
    ...newRecord(ref),
    ...change,
    round: change.rounds.length,
    head_sha: HEAD,
    head_sha_seen: HEAD,
  });

  const found = sampleRound();
  const blocked = pull({ rounds: [found], state: "OWNER_ACTION", reason: "blockers" });
  const clean = sampleRound({
    ...APPROVED,
    n: 2,
    resolved: found.findings.map((one) => ({ ...one, status: "resolved" })),
  });
  const ready = pull({ rounds: [found, clean], state: "READY", reason: null });
  const running = sampleRound({ verdict: null, outcome: null, ended_at: null, findings: [] });
  const unclear = sampleRound({ ...ENDED_BADLY, verdict: "UNKNOWN", outcome: "unknown_verdict" });
  unclear.reviewers = [{ ...unclear.reviewers[0], verdict: "UNKNOWN", output: "It depends." }];
  const broken = sampleRound({ ...ENDED_BADLY, verdict: "ERROR", outcome: "reviewer_error" });
  broken.reviewers = [
    {
      ...broken.reviewers[0],
      verdict: "ERROR",
      failure: TIMED_OUT,
      output: "",
      exit: "none (timeout 900 s, phase_cap)",
    },
  ];
  const replaced = sampleRound({ verdict: null, findings: [], outcome: "superseded", superseded_by: NEXT });
  const owner = (round) => pull({ rounds: [round], state: "OWNER_ACTION", reason: "reviewer_error" });
  const about = (round) => ({ round: round.n, headSha: HEAD, reviewer: "codex" });
  const check = (record, round) => renderCheckRun(record, round, plainCheckRun(HEAD, true), options);
  const stopped = pull({ rounds: [found], state: "BUDGET_EXCEEDED", reason: "rounds", limit: "max_rounds 1 reached" });
  const anchor = { kind: "line", path: "src/read.ts", line: 14, side: "RIGHT", startLine: 12, startSide: "RIGHT" };
  const review = renderReview(
    blocked,
    found,
    { anchors: new Map([["RD-1", anchor]]), explanation: "The change leaks a handle.", requestChanges: false },
    options,
  );
  const readyInput = { supersededBy: null, humanBlocks: [], lateExternal: null };
  const notice = (kind, more) => renderNotice({ kind, ...more }, options);

  return page([
    [
      "Transcript `compact`: the round's comment",
      [
        [
          "KICKOFF, while the reviewers run",
          renderRoundComment(pull({ rounds: [running], state: "KICKOFF", reason: null }), running, options),
        ],
        ["RESULT with blockers", renderRoundComment(blocked, found, options)],
        ["RESULT of a clean round", renderRoundComment(ready, clean, options)],
        ["RESULT without a verdict: UNKNOWN", renderRoundComment(owner(unclear), unclear, options)],
        ["RESULT without a verdict: ERROR", renderRoundComment(owner(broken), broken, options)],
        ["A round that a push cut short", renderRoundComment(owner(replaced), replaced, options)],
      ],
    ],
    [
      "Transcript `full`: a comment for each step",
      [
        ["KICKOFF", renderKickoff(blocked, found, options)],
        ["RESULT", renderResult(blocked, found, options)],
        [
          "EVALUATION",
          renderEvaluation(
            blocked,
            found,
            {
              resultUrl: "https://github.com/acme/shop/pull/6#issuecomment-1",
              externalName: "Copilot",
              externalUrl: null,
              externalComments: [],
            },
            options,
          ),
        ],
      ],
    ],
    [
      "Both: the review, when there is a finding",
      [
        ["The review's body", review.body],
        ["An inline comment", review.comments[0].body],
      ],
    ],
    [
      "Both: READY and notices",
      [
        ["READY", renderReady(ready, clean, readyInput, options)],
        [
          "READY that no longer holds",
          renderReady(ready, clean, { ...readyInput, supersededBy: { sha: NEXT, at: options.now } }, options),
        ],
        [
          "A draft is skipped",
          renderSkip(
            {
              configSource: `.github/rondo.yml @ ${BASE.slice(0, 7)}`,
              reviewers: ["codex", "static"],
              externalPolicy: "off",
              maxRounds: 10,
              runId: "42-6",
              startsWhenReady: true,
            },
            options,
          ),
        ],
        [
          "A limit is reached",
          notice("budgetExceeded", {
            round: 11,
            limit: "max_rounds 10 reached",
            key: "max_rounds",
            until: null,
            headSha: NEXT,
            last: { round: 10, headSha: HEAD, blocking: 1 },
          }),
        ],
        ["Aborted", notice("aborted", { by: "octocat", reason: "not needed any more" })],
        [
          "A reviewer failed",
          notice("reviewerFailed", {
            ...about(broken),
            failure: TIMED_OUT,
            attempts: 1,
            limit: "phase_cap 900 s",
            elapsedSeconds: 901.2,
          }),
        ],
        [
          "Something else ended the round",
          notice("reviewerFailed", {
            ...about(broken),
            reviewer: null,
            failure: "no_merge_base: main and the head have no common commit; rebase the branch onto main.",
            attempts: 1,
            limit: null,
            elapsedSeconds: null,
          }),
        ],
        ["A verdict that cannot be read", notice("unknownVerdict", { ...about(unclear), attempts: 1 })],
        ["The worker was lost", notice("workerLost", { round: 1, headSha: HEAD, claims: 3 })],
        ["Help", helpCommand.answer({ commands: COMMENT_COMMANDS, options })],
      ],
    ],
    [
      "The check run `Rondo`",
      [
        [
          "Titles",
          titles([
            ["blockers", check(blocked, found)],
            ["READY", check(ready, clean)],
            ["UNKNOWN", check(pull({ rounds: [unclear], state: "OWNER_ACTION", reason: "unknown_verdict" }), unclear)],
            ["ERROR", check(owner(broken), broken)],
            ["a limit", check(stopped, null)],
            ["superseded", check(owner(replaced), replaced)],
            ["running", check(pull({ rounds: [running], state: "KICKOFF", reason: null }), running)],
          ]),
          "text",
        ],
        ["Summary with blockers", check(blocked, found).summary],
        ["Summary when a limit is reached", check(stopped, null).summary],
        [
          "Text: the review record",
          `${renderRecord(blocked, found, PLAIN_RECORD, options)}\n\n${check(blocked, found).text.split("\n").at(-1)}`,
        ],
      ],
    ],
  ]);
}

const options = {
  transcript: "compact",
  aliases: ["codex", "rondo"],
  publicUrl: null,
  serverUrl: "https://github.com",
  version: "0.1.0",
  botLogin: "rondo[bot]",
  badges: true,
  blocking: ["P0", "P1", "P2"],
  hasFixer: false,
  canDecide: true,
  now: "2026-06-05T23:58:02Z",
};

const TIMED_OUT = "timeout: the time limit for one run of 900 s (phase_cap) fired after 901.2 s.";
const APPROVED = { verdict: "APPROVE", verdict_source: "structured", outcome: "ready", findings: [] };
const ENDED_BADLY = { verdict_source: "none", findings: [] };

function sampleRound(change = {}) {
  const approved = change.verdict === "APPROVE";
  return {
    n: 1,
    attempt: 1,
    reason: "automatic",
    trigger: { kind: "opened", actor: "octocat", delivery: null, comment: null, focus: null },
    head_sha: HEAD,
    base_ref: "main",
    base_sha: BASE,
    merge_base_sha: BASE,
    prompt: "Review pull request acme/shop#6 at commit … (the whole instruction stands here)",
    prompt_sha256: "0".repeat(64),
    started_at: "2026-06-05T23:40:16Z",
    ended_at: "2026-06-05T23:42:14Z",
    reviewers: [
      {
        name: "codex",
        run_id: "6-r1.1-codex-0a1b2c3d",
        label: "codex review (configured codex CLI default)",
        attempt: 1,
        status: "done",
        exit: "0",
        failure: null,
        duration_s: 118,
        verdict: approved ? "APPROVE" : "REQUEST_CHANGES",
        verdict_source: "structured",
        contradiction: null,
        output: approved
          ? "No issues found."
          : "The change leaks a handle.\n\n- [P1] Close the file when the read fails — src/read.ts:12-14",
        redactions: 0,
        not_analysed: [],
        findings: [],
        cost_usd: null,
      },
    ],
    verdict: "REQUEST_CHANGES",
    verdict_source: "structured",
    findings: [
      sampleFinding("RD-1", "P1", "Close the file when the read fails"),
      sampleFinding("RD-2", "P3", "Say which file"),
    ],
    resolved: [],
    omitted: [],
    changed_files: 3,
    external: { policy: "off", outcome: "off", reviews: [] },
    failure: null,
    base_moved_to: null,
    outcome: "blockers",
    superseded_by: null,
    config: {
      source: "defaults",
      problems: [],
      settings: {
        transcript: "compact",
        aliases: ["codex", "rondo"],
        badges: true,
        blocking_priorities: ["P0", "P1", "P2"],
        external_policy: "off",
        external_deadline_minutes: 30,
        request_changes: false,
        on_base_change: "note",
      },
    },
    record_uuid: "6f1c0d3e-0000-4000-8000-000000000001",
    ...change,
  };
}

function sampleFinding(id, priority, title) {
  return {
    priority,
    title,
    body: "When the read throws, the handle stays open.",
    path: "src/read.ts",
    startLine: 12,
    endLine: 14,
    side: "RIGHT",
    reviewer: "codex",
    rule: null,
    fingerprint: `00112233aabbcc${id.slice(-1)}0`,
    id,
    status: "open",
    age: 1,
    comment_id: null,
    comment_url: null,
    decision: null,
  };
}

function titles(checks) {
  return checks
    .map(([when, { title, conclusion, status }]) => `${when}: ${title} (${conclusion ?? status})`)
    .join("\n");
}

function page(parts) {
  const body = parts.flatMap(([heading, texts]) => [
    `## ${heading}`,
    ...texts.flatMap(([name, text, language = "markdown"]) => [`### ${name}`, `~~~~~${language}\n${text}\n~~~~~`]),
  ]);
  return [
    "# What Rondo writes",
    "Generated by `npm run docs` from the source; edit the source, not this text.",
    "Every text on a pull request, for one made-up pull request `acme/shop#6`, as Markdown. Below each comment stands one more\nhidden line, the marker by which Rondo finds it again. Compact and full are the two values of `transcript`.",
    "To see them as pages, for every way a round can end and in two widths:",
    "```sh example\nnpm run -s build && node scripts/screenshot-states.mjs\n```",
    ...body,
  ].join("\n\n");
}
