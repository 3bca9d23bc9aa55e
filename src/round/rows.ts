// The rows of the transition table: what each one is called, when it applies and what it asks for.
// `transition` names the row it took, so this table, the journal and docs/design.md can never tell different stories.
import type { EffectKind } from "./effect.ts";
import type { EventKind } from "./event.ts";
import type { StateName } from "./round.ts";

/** One row. `to: "same"` keeps the state; `notYet` says why a row of the design does nothing so far. */
export type Row = {
  from: readonly (StateName | "any" | "open")[];
  event: EventKind | "enter";
  guard: string;
  effects: readonly EffectKind[];
  to: readonly (StateName | "same")[];
  notYet?: string;
};

const NON_TERMINAL = ["INIT", "KICKOFF", "WAIT_FOR_BOTH_REVIEWS", "EVALUATE", "OWNER_ACTION", "READY"] as const;
/** What a replaced round may have to take back on GitHub, and what the new one starts with. */
const TAKE_BACK = ["check", "eyes", "thumbs", "round", "result", "ready", "start"] as const;

// One line a row reads like the table it is; the order of the arguments is that of the columns.
// oxlint-disable-next-line max-params
function row(from: Row["from"], event: Row["event"], guard: string, effects: Row["effects"], to: Row["to"]): Row {
  return { from, event, guard, effects, to };
}

function later(from: Row["from"], event: Row["event"], notYet: string): Row & { notYet: string } {
  return { from, event, guard: "", effects: [], to: ["same"], notYet };
}

/** All rows by name: from, event, guard, effects, to. T-rows are the loop's, R-rows are Rondo's own additions. */
// oxfmt-ignore
export const rows = {
  T1: row(["INIT"], "opened", "not a draft, nothing seen yet", ["check", "eyes", "start"], ["INIT"]),
  T2: row(["INIT"], "opened", "draft", ["skip"], ["INIT"]),
  T3: row(["INIT"], "markedReady", "idle", TAKE_BACK, ["INIT"]),
  T3b: row(["INIT"], "reviewRequested", "idle", TAKE_BACK, ["INIT"]),
  T3c: row(["OWNER_ACTION", "READY"], "markedReady", "its head was not reviewed", TAKE_BACK, ["INIT"]),
  T4: row(NON_TERMINAL, "headMoved", "draft or paused, head differs", ["check", "eyes", "round", "result", "ready", "thumbs"], ["INIT"]),
  T7: row(["INIT"], "roundClaimed", "round > max_rounds", ["notice", "check", "eyes"], ["BUDGET_EXCEEDED"]),
  T8: row(["INIT"], "roundClaimed", "within limits", ["check", "kickoff", "round", "run", "minimise"], ["KICKOFF"]),
  R1: row(["INIT"], "preparationFailed", "the round cannot be prepared", ["notice", "check", "eyes"], ["OWNER_ACTION"]),
  R2: row(["KICKOFF"], "preparationFailed", "the change cannot be checked out", ["round", "result", "ready", "thumbs", "notice", "check", "eyes"], ["OWNER_ACTION"]),
  R3: row(["KICKOFF"], "checkedOut", "this round", [], ["same"]),
  R4: row(["KICKOFF"], "reviewFinished", "other reviewers still run", [], ["same"]),
  T9: row(["KICKOFF"], "reviewFinished", "all reviewers answered", ["review", "result", "evaluate", "deadline"], ["EVALUATE", "WAIT_FOR_BOTH_REVIEWS"]),
  T10: row(["KICKOFF"], "reviewFinished", "failed, may pass, attempts left", ["run"], ["same"]),
  T11: row(["KICKOFF"], "reviewFinished", "all ended, at least one failed for good", ["round", "result", "ready", "thumbs", "notice", "check", "eyes"], ["OWNER_ACTION"]),
  T12: row(["KICKOFF"], "budgetExhausted", "the reviewers' time for this round is used up", ["round", "result", "ready", "thumbs", "notice", "check", "eyes"], ["BUDGET_EXCEEDED"]),
  T13: row(["WAIT_FOR_BOTH_REVIEWS"], "enter", "policy off", ["evaluate"], ["EVALUATE"]),
  T14: later(["WAIT_FOR_BOTH_REVIEWS", "OWNER_ACTION"], "externalReviewSeen", "other bots' reviews are not read in this version"),
  T15: row(["WAIT_FOR_BOTH_REVIEWS"], "enter", "policy best_effort or require", ["deadline"], ["same"]),
  T16: row(["WAIT_FOR_BOTH_REVIEWS"], "waitDeadlinePassed", "best_effort", ["evaluate"], ["EVALUATE"]),
  T17: row(["WAIT_FOR_BOTH_REVIEWS"], "waitDeadlinePassed", "require", ["round", "notice", "check", "eyes"], ["OWNER_ACTION"]),
  T18: row(["EVALUATE"], "evaluated", "verdict parsed, no open blocker, everything read, live head unchanged", ["round", "evaluation", "check", "ready", "eyes", "thumbs"], ["READY"]),
  T19: row(["EVALUATE"], "evaluated", "open blockers", ["round", "evaluation", "check", "eyes"], ["OWNER_ACTION"]),
  T20: row(["KICKOFF"], "reviewFinished", "no verdict can be read, that reviewer was not asked again yet", ["run"], ["same"]),
  T21: row(["EVALUATE"], "evaluated", "verdict UNKNOWN or not everything was read", ["round", "evaluation", "notice", "check", "eyes"], ["OWNER_ACTION"]),
  R5: row(["KICKOFF", "WAIT_FOR_BOTH_REVIEWS", "EVALUATE", "READY"], "publishingFailed", "something the verdict needs cannot be posted", ["round", "result", "notice", "check", "ready", "thumbs", "eyes"], ["OWNER_ACTION"]),
  T22: row(["OWNER_ACTION"], "decisionRecorded", "same head, its last open blocker was disputed", ["answer", "decision", "reply", "evaluate"], ["EVALUATE"]),
  T23: row(["any"], "decisionRecorded", "otherwise", ["answer", "decision", "reply", "round", "evaluation", "check", "ready"], ["same"]),
  T23b: row(["READY"], "decisionRecorded", "a blocker's dispute was taken back", ["answer", "decision", "reply", "round", "evaluation", "check", "ready", "thumbs"], ["OWNER_ACTION"]),
  T22b: row(["OWNER_ACTION"], "threadChanged", "same head, the thread of its last open blocker was resolved", ["evaluate"], ["EVALUATE"]),
  T23c: row(["any"], "threadChanged", "otherwise", ["round", "evaluation", "check", "ready"], ["same"]),
  T23d: row(["READY"], "threadChanged", "the thread of a blocker was opened again", ["round", "evaluation", "check", "ready", "thumbs"], ["OWNER_ACTION"]),
  T25: later(["OWNER_ACTION"], "fixRequested", "there is no fixer in this version"),
  T26: later(["OWNER_ACTION"], "fixLanded", "there is no fixer in this version"),
  T27: later(["OWNER_ACTION"], "fixFailed", "there is no fixer in this version"),
  T28: row(["WAIT_FOR_BOTH_REVIEWS", "OWNER_ACTION", "READY"], "reviewRequested", "same head", TAKE_BACK, ["INIT"]),
  T29: row(["KICKOFF", "EVALUATE"], "reviewRequested", "same head, a round is running", ["answer"], ["same"]),
  R6: row(["INIT"], "reviewRequested", "a round waits to start: it starts now", ["check", "eyes", "start"], ["INIT"]),
  T30: row(NON_TERMINAL, "headMoved", "head differs", TAKE_BACK, ["INIT"]),
  T30b: row(NON_TERMINAL, "reviewRequested", "the live head is newer", TAKE_BACK, ["INIT"]),
  T31: row(["ABORTED", "BUDGET_EXCEEDED"], "headMoved", "head differs", ["check"], ["same"]),
  T32: row(["any"], "abortRequested", "not aborted already", ["answer", "round", "result", "ready", "thumbs", "notice", "check", "eyes"], ["ABORTED"]),
  T33: row(["any"], "closed", "", ["round", "result", "check", "eyes"], ["ABORTED"]),
  T34: row(["open"], "extendRequested", "", ["answer"], ["same"]),
  T35: row(["BUDGET_EXCEEDED"], "extendRequested", "rounds", ["answer", ...TAKE_BACK], ["INIT"]),
  T36: row(["BUDGET_EXCEEDED"], "reviewRequested", "the limit no longer binds", TAKE_BACK, ["INIT"]),
  T37: row(["BUDGET_EXCEEDED"], "reviewRequested", "the limit still binds", ["answer"], ["same"]),
  T38: row(["ABORTED"], "reviewRequested", "aborted by command", TAKE_BACK, ["INIT"]),
  T38b: row(["ABORTED"], "extendRequested", "aborted by command", ["answer", ...TAKE_BACK], ["INIT"]),
  T39: row(["ABORTED"], "opened", "reopened, not a draft", TAKE_BACK, ["INIT"]),
  T39b: row(["ABORTED"], "opened", "reopened as a draft", ["skip"], ["INIT"]),
  T40: row(["READY"], "baseChanged", "base moved, note", ["ready"], ["same"]),
  T41: row(NON_TERMINAL, "baseChanged", "retarget, or rerun from READY", TAKE_BACK, ["INIT"]),
  T42: row(["any"], "baseChanged", "otherwise", [], ["same"]),
  T44: row(["any"], "leaseTakenOver", "claims within the cap", [], ["same"]),
  T45: row(["any"], "leaseTakenOver", "claims above the cap, a round is running", ["round", "result", "ready", "thumbs", "notice", "check", "eyes"], ["OWNER_ACTION"]),
  T46: row(NON_TERMINAL, "convertedToDraft", "a running round ends normally; one that only waits is dropped", ["check", "eyes"], ["same"]),
  R7: row(["OWNER_ACTION", "READY"], "markedReady", "this head was reviewed already", [], ["same"]),
  T47: row(["any"], "objectRemoved", "one of ours", [], ["same"]),
  R10: row(NON_TERMINAL, "pauseRequested", "a running round ends normally; one that only waits is dropped", ["answer", "check", "eyes"], ["same"]),
  R10b: row(["ABORTED", "BUDGET_EXCEEDED"], "pauseRequested", "nothing starts by itself here", ["answer"], ["same"]),
  R11: row(["any"], "resumeRequested", "paused, and the newest head was not reviewed", ["answer", ...TAKE_BACK], ["INIT"]),
  R12: row(["any"], "resumeRequested", "otherwise", ["answer"], ["same"]),
  R9: row(["any"], "answerRequested", "", ["answer", "reply"], ["same"]),
  R20: row([...NON_TERMINAL], "excluded", "its head was not reviewed", ["check", "eyes", "thumbs", "round", "result", "ready"], ["INIT"]),
  R21: row(["INIT"], "reviewWithheld", "every reviewer costs money, and nobody who may spend it asked", ["check", "eyes"], ["OWNER_ACTION"]),
  R21b: row(["EVALUATE"], "evaluated", "clean, but reviewers were withheld", ["round", "evaluation", "check", "eyes"], ["OWNER_ACTION"]),
  R22: row(["any"], "accessLost", "a round waits or runs", [], ["INIT"]),
  R23: row(NON_TERMINAL, "headMoved", "too many rounds by themselves", ["notice", "check", "eyes", "thumbs", "round", "result", "ready"], ["INIT"]),
  R24: row(["any"], "commandsFlooded", "", ["notice"], ["same"]),
  R8: row(["any"], "commandRefused", "", ["answer", "reply"], ["same"]),
} satisfies Record<string, Row>;

export type RowName = keyof typeof rows;

/**
 * The rows as a list; scripts/generate-docs.mjs makes the table in docs/design.md from it.
 * @public
 */
export const transitionRows: readonly ({ row: string } & Row)[] = Object.entries(rows).map(([name, value]) => ({
  row: name,
  ...value,
}));
