// Random lives of a pull request for the state machine's property tests: a small simulated world (head, draft, closed)
// whose people and workers act in any order, with every answer that a real one could give.
import * as fc from "fast-check";
import type { Finding } from "../../src/findings/finding.ts";
import { newRecord, type PullRequestRecord, type Trigger } from "../../src/round/round.ts";
import type { RoundEvent } from "../../src/round/event.ts";
import { openEffects, settle } from "../../src/round/outbox.ts";
import { transition } from "../../src/round/transition.ts";
import type { RowName } from "../../src/round/rows.ts";

export const REF = { installationId: 1, repoId: 7, owner: "octo", repo: "app", number: 3 };

/** The world outside the record. */
export type World = {
  record: PullRequestRecord;
  live: { head: number; base: number; isDraft: boolean };
  clock: number;
  serial: number;
};

/** One thing that somebody does; `pick` chooses among what is possible then. */
export type Act = {
  act: (typeof acts)[number];
  pick: number;
  /** How much a worker gets done afterwards. */ work: readonly number[];
};

/** What one act led to. */
export type Happened = {
  before: PullRequestRecord;
  after: PullRequestRecord;
  event: RoundEvent;
  row: RowName | null;
  liveHead: string;
};

const acts = [
  "open",
  "ready",
  "draft",
  "push",
  "pushBack",
  "redeliverPush",
  "command",
  "abort",
  "extend",
  "close",
  "reopen",
  "retarget",
  "moveBase",
  "work",
  "lose",
  "lostPush",
  "refuse",
  "ask",
  "pause",
  "resume",
  "exclude",
  "shutOut",
  "flood",
  "remove",
  "deadline",
  "failPublishing",
  "external",
  "decide",
  "thread",
  "fix",
  "landFix",
  "failFix",
  "spend",
] as const;

/** What mostly happens to a pull request. */
const usual = [
  "decide",
  "thread",
  "open",
  "push",
  "command",
  "lostPush",
  "moveBase",
  "draft",
  "ready",
  "work",
] as const;

/** A history of up to 14 acts, each followed by up to 16 steps of a worker. */
export const histories = fc.array(
  fc.record({
    act: fc.oneof(
      { arbitrary: fc.constantFrom(...acts), weight: 3 },
      { arbitrary: fc.constantFrom(...usual), weight: 2 },
    ),
    pick: fc.nat(1_000_000),
    work: fc.array(fc.nat(1_000_000), { maxLength: 16 }),
  }),
  { minLength: 1, maxLength: 14, size: "max" },
);

export const sha = (n: number): string => n.toString(16).padStart(40, "a");

export function newWorld(): World {
  return {
    record: newRecord(REF),
    live: { head: 1, base: 1000, isDraft: false },
    clock: Date.parse("2026-01-01T00:00:00Z"),
    serial: 1,
  };
}

/** Plays a history; `check` sees every event with what was true before and after. */
export function play(history: readonly Act[], check: (happened: Happened) => void): World {
  const world = newWorld();
  const steps = history.flatMap(({ act, pick, work: picks }) => [
    { act, pick },
    ...picks.map((each) => ({ act: "work" as const, pick: each })),
  ]);
  for (const { act, pick } of steps) {
    world.clock += 1000 + (pick % 90_000);
    const event = eventFor(world, act, pick);
    if (event === undefined) continue;
    const before = world.record;
    const moved = transition(before, event);
    world.record = moved.record;
    check({ before, after: moved.record, event, row: moved.row, liveHead: sha(world.live.head) });
  }
  return world;
}

function heads(world: World): { headSha: string; baseRef: string; baseSha: string } {
  return {
    headSha: sha(world.live.head),
    baseRef: world.live.base % 2 === 0 ? "main" : "next",
    baseSha: sha(world.live.base),
  };
}

function trigger(world: World, kind: Trigger["kind"], isComment = false): Trigger {
  const n = world.serial++;
  return {
    kind,
    actor: "ada",
    delivery: `d-${n}`,
    comment: isComment ? { source: "issue_comment", id: n } : null,
    focus: null,
  };
}

function eventFor(world: World, act: Act["act"], pick: number): RoundEvent | undefined {
  const at = new Date(world.clock).toISOString();
  const { isDraft } = world.live;
  const push = (): RoundEvent => ({
    kind: "headMoved",
    at,
    heads: heads(world),
    isDraft,
    trigger: trigger(world, "synchronize"),
    debounceMs: pick % 2 === 0 ? 60_000 : 0,
    ...(pick % 7 === 0 ? { churn: { rounds: 1, minutes: 60 } } : {}),
  });
  const comment = { source: "issue_comment" as const, id: world.serial++ };
  switch (act) {
    case "open":
    case "reopen":
      return {
        kind: "opened",
        at,
        heads: heads(world),
        isDraft,
        isReopened: act === "reopen",
        trigger: trigger(world, "opened"),
        skipComment: true,
        debounceMs: 0,
      };
    case "ready":
      world.live.isDraft = false;
      return {
        kind: "markedReady",
        at,
        heads: heads(world),
        trigger: trigger(world, "ready_for_review"),
        debounceMs: 0,
      };
    case "draft":
      world.live.isDraft = true;
      return { kind: "convertedToDraft", at, actor: "ada" };
    case "push":
      world.live.head += 1;
      return push();
    case "pushBack":
      world.live.head = Math.max(1, world.live.head - 1 - (pick % 3));
      return push();
    case "redeliverPush":
      return push();
    case "lostPush":
      world.live.head += 1;
      return undefined;
    case "command":
      return {
        kind: "reviewRequested",
        at,
        heads: heads(world),
        trigger: trigger(world, "comment", true),
        maxRounds: pick % 3 === 0 ? null : 2,
      };
    case "abort":
      return { kind: "abortRequested", at, actor: "ada", text: null, comment };
    case "extend":
      return {
        kind: "extendRequested",
        at,
        actor: "ada",
        rounds: 1 + (pick % 3),
        heads: heads(world),
        comment,
        trigger: { ...trigger(world, "comment"), comment },
      };
    case "close":
      return { kind: "closed", at, isMerged: pick % 2 === 0, actor: "ada" };
    case "retarget":
      world.live.base += 1;
      return {
        kind: "baseChanged",
        at,
        heads: heads(world),
        isRetarget: true,
        trigger: trigger(world, "base_changed"),
      };
    case "moveBase":
      world.live.base += 2;
      return {
        kind: "baseChanged",
        at,
        heads: heads(world),
        isRetarget: false,
        trigger: trigger(world, "base_changed"),
      };
    case "lose":
      return { kind: "leaseTakenOver", at, claims: world.record.claims + 1, cap: pick % 2 };
    case "ask":
      return { kind: "answerRequested", at, topic: "status", argument: null, comment };
    case "pause":
      return { kind: "pauseRequested", at, actor: "ada", heads: heads(world), comment };
    case "resume":
      return { kind: "resumeRequested", at, heads: heads(world), trigger: trigger(world, "comment", true) };
    case "exclude":
      return { kind: "excluded", at, heads: heads(world), why: "ignore_labels names wip", isPass: pick % 2 === 0 };
    case "shutOut":
      return { kind: "accessLost", at, why: "access_lost: suspended" };
    case "flood":
      return { kind: "commandsFlooded", at, comment };
    case "refuse":
      return { kind: "commandRefused", at, comment };
    case "remove": {
      const ids = Object.values(world.record.effects).flatMap((entry) => (entry.id === null ? [] : [entry.id]));
      return { kind: "objectRemoved", at, source: "issue_comment", id: ids[pick % Math.max(1, ids.length)] ?? 1 };
    }
    case "deadline":
      return { kind: "waitDeadlinePassed", at, round: world.record.round };
    case "failPublishing":
      return { kind: "publishingFailed", at, round: world.record.round, failure: "publishing_failed: no permission" };
    case "external":
      return { kind: "externalReviewSeen", at, headSha: sha(world.live.head), who: "bot", reviewId: 1 };
    case "decide":
      return decision(world, pick, at, comment);
    case "thread":
      return thread(world, pick, at);
    case "fix":
      return { kind: "fixRequested", at, actor: "ada" };
    case "landFix":
      return { kind: "fixLanded", at, headSha: sha(world.live.head) };
    case "failFix":
      return { kind: "fixFailed", at, category: "needs_owner" };
    case "spend":
      return { kind: "budgetExhausted", at, round: world.record.round, ...WALL };
    case "work":
      return work(world, pick, at);
  }
}

const WALL = {
  limit: "run_budget 60 s reached after 60.0 s",
  exit: "none (timeout 60 s, run_budget)",
  failure: "timeout: the time budget of the round of 60 s (run_budget) fired after 60.0 s.",
};

/** Somebody decides about a finding that is there, or about one that is not. */
function decision(
  world: World,
  pick: number,
  at: string,
  comment: { source: "issue_comment"; id: number },
): RoundEvent {
  const known = world.record.rounds.at(-1)?.findings.map(({ id }) => id) ?? [];
  const isReady = world.record.state === "READY";
  const word = isReady
    ? "ACCEPT"
    : ((["DISPUTE", "DISPUTE", "DISPUTE", "ACCEPT", "MODIFY"] as const)[pick % 5] ?? "ACCEPT");
  const one = (findingId: string): Extract<RoundEvent, { kind: "decisionRecorded" }>["decisions"][number] => ({
    findingId,
    hasFact: pick % 7 !== 0,
    decision: { word, by: "ada", rationale: "a.ts:1 closes it", rationale_url: null, commit: null, at },
  });
  const ids = pick % 3 === 0 && !isReady ? ["RD-1"] : known.length === 0 ? ["RD-9"] : known;
  return {
    kind: "decisionRecorded",
    at,
    decisions: ids.map(one),
    isProposal: pick % 11 === 0,
    here: pick % 2 === 0 ? null : "RD-1",
    comment,
  };
}

/** Somebody resolves the thread of a finding, or opens it again. */
function thread(world: World, pick: number, at: string): RoundEvent {
  const known = world.record.rounds.at(-1)?.findings ?? [];
  const findingId = known[pick % Math.max(1, known.length)]?.id ?? "RD-9";
  return {
    kind: "threadChanged",
    at,
    findingId,
    isResolved: world.record.state !== "READY" && pick % 5 !== 0,
    by: "ada",
  };
}

/** What a worker does next: the first open effect is performed, and answers as one could. */
function work(world: World, pick: number, at: string): RoundEvent | undefined {
  const due = openEffects(world.record)[0];
  if (due === undefined) return undefined;
  const { effect } = due.entry;
  const done = (): void => {
    world.record = settle(world.record, due.key, due.entry.seq, (entry) => ({
      ...entry,
      status: "done",
      id: entry.id ?? world.serial++,
      at,
    }));
  };
  const missed = (): RoundEvent => ({
    kind: "headMoved",
    at,
    heads: heads(world),
    isDraft: world.live.isDraft,
    trigger: trigger(world, "reconcile"),
    debounceMs: 0,
  });
  switch (effect.kind) {
    case "start": {
      done();
      if (world.record.pending?.head_sha !== sha(world.live.head)) return missed();
      if (pick % 11 === 0)
        return { kind: "preparationFailed", at, round: effect.round, failure: "config_unreadable: 403" };
      if (pick % 17 === 0) return { kind: "reviewWithheld", at, round: effect.round, heads: heads(world) };
      return claim(world, pick, effect.round, at);
    }
    case "run": {
      const waiting =
        world.record.rounds
          .find((round) => round.n === effect.round)
          ?.reviewers.filter((one) => one.status === "pending") ?? [];
      if (pick % 13 === 0)
        return { kind: "preparationFailed", at, round: effect.round, failure: "head_gone: force-pushed" };
      if (pick % 5 === 0)
        return {
          kind: "checkedOut",
          at,
          round: effect.round,
          changedFiles: 3,
          omitted: pick % 2 === 0 ? [{ path: "big.ts", reason: "too_large" }] : [],
        };
      return answer(world, waiting[pick % Math.max(1, waiting.length)]?.name ?? "static", pick, at, effect);
    }
    case "deadline":
      done();
      return { kind: "waitDeadlinePassed", at, round: effect.round };
    case "evaluate":
      done();
      if (world.record.head_sha !== sha(world.live.head)) return missed();
      return { kind: "evaluated", at, round: effect.round, liveHeadSha: sha(world.live.head) };
    default:
      done();
      return undefined;
  }
}

function claim(world: World, pick: number, round: number, at: string): RoundEvent {
  const names = pick % 3 === 0 ? ["static", "codex"] : ["static"];
  return {
    kind: "roundClaimed",
    at,
    round,
    heads: heads(world),
    mergeBaseSha: sha(999),
    maxRounds: pick % 5 === 0 ? null : 2,
    settings: {
      transcript: pick % 2 === 0 ? "compact" : "full",
      aliases: ["codex"],
      badges: true,
      blocking_priorities: ["P0", "P1", "P2"],
      external_policy: pick % 6 === 0 ? "require" : pick % 6 === 1 ? "best_effort" : "off",
      external_deadline_minutes: 30,
      request_changes: false,
      on_base_change: pick % 2 === 0 ? "note" : "rerun",
    },
    configSource: "defaults",
    configProblems: [],
    reviewers: names.map((name) => ({ name, label: name })),
    prompt: "prompt",
    promptSha256: "0".repeat(64),
    recordUuid: `u-${world.serial++}`,
    ...(pick % 9 === 0 ? { withheld: ["codex"] } : {}),
  };
}

function answer(
  world: World,
  name: string,
  pick: number,
  at: string,
  effect: { round: number; attempt: number },
): RoundEvent {
  const verdicts = ["APPROVE", "REQUEST_CHANGES", "UNKNOWN", "ERROR"] as const;
  const verdict = verdicts[[0, 0, 0, 1, 1, 2, 3][pick % 7] ?? 3] ?? "ERROR";
  const findings: Finding[] = verdict === "REQUEST_CHANGES" ? [finding(name, pick % 3)] : [];
  return {
    kind: "reviewFinished",
    at,
    round: effect.round,
    attempt: effect.attempt,
    outcome: {
      name,
      runId: `run-${world.serial++}`,
      label: name,
      exit: verdict === "ERROR" ? "3" : "0",
      failure: verdict === "ERROR" ? "reviewer_crashed: exit 3" : null,
      isRetryable: pick % 3 === 0,
      durationMs: 10,
      verdict,
      verdictSource: verdict === "ERROR" || verdict === "UNKNOWN" ? "none" : "structured",
      contradiction: null,
      ...(verdict === "UNKNOWN" && pick % 2 === 0 ? { unclear: "it is no review" } : {}),
      output: "text",
      findings,
      notAnalysed: [],
      costUsd: null,
    },
  };
}

function finding(reviewer: string, n: number): Finding {
  return {
    priority: "P1",
    title: `Close the file ${n}`,
    body: "It leaks.",
    path: "a.ts",
    startLine: n + 1,
    endLine: n + 1,
    side: "RIGHT",
    reviewer,
    rule: null,
    fingerprint: `${n}`.repeat(16),
  };
}
