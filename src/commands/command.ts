// What one command in a comment says about itself. The help on the pull request, docs/commands.md and the words that a
// shell completes are made from this, so that none of them can tell a different story. A command is a file in this
// folder and a line in registry.ts.
import type { ReportOptions } from "../report/report-options.ts";
import type { PullRequestRecord } from "../round/round.ts";

/** The word of a decision on a finding. */
export type DecisionWord = "ACCEPT" | "MODIFY" | "REJECT" | "DISPUTE";

/** A decision as somebody wrote it; `rationale` may be empty for ACCEPT. `commit`: 7 to 40 hexadecimal characters. */
export type GivenDecision = { findingId: string; word: DecisionWord; rationale: string; commit: string | null };

/** What a comment asks for, with its arguments read. */
export type Ask =
  | { kind: "review"; focus: string | null; isFull: boolean }
  | { kind: "abort"; reason: string | null }
  | { kind: "extend"; rounds: number }
  | { kind: "pause" }
  | { kind: "resume" }
  | { kind: "decide"; decisions: readonly GivenDecision[] }
  /** A comment in answer: the command's `answer` writes it. `argument` is what it is about, e.g. `RD-3`. */
  | { kind: "answer"; topic: string; argument: string | null }
  /** Known, and not there yet. */
  | { kind: "unavailable"; why: string };

/** Arguments that cannot be read: a sentence that says what is missing. */
export type Unreadable = { why: string };

/** What an answer is made of. */
export type AnswerInput = {
  record: PullRequestRecord;
  argument: string | null;
  /** The effective configuration as Markdown; null for a command that did not ask for it. */
  config: string | null;
  options: ReportOptions;
  commands: readonly CommentCommand[];
};

/** One command. */
export type CommentCommand = {
  /** The words after the alias, lower case, e.g. `full review`. */
  name: string;
  /** Everything after the alias, e.g. `review [focus]`. */
  usage: string;
  /** What it does; lower case, no full stop. */
  summary: string;
  /** Who may: `allowed` is whoever `allowed_actors` lets in, `write` needs write permission whatever that says. */
  who: "allowed" | "write";
  /** Words that work, after the alias. */
  example: string;
  /** Reads what follows the name, white space made single. `here`: the finding in whose thread it was written, if any. */
  read(text: string, here: string | null): Ask | Unreadable;
  /** Markdown of its answer, without the marker. Only for commands whose `read` asks for one. */
  answer?(input: AnswerInput): string;
  /** True when `answer` needs the effective configuration. */
  needsConfig?: boolean;
};

/** Longest free text that is kept of a command, characters. */
export const MAX_TEXT = 500;

/** Free text, cut; null when there is none. */
export function freeText(text: string): string | null {
  const kept = Array.from(text.trim().slice(0, MAX_TEXT * 2))
    .slice(0, MAX_TEXT)
    .join("");
  return kept === "" ? null : kept;
}

/** For commands without arguments: what follows them is somebody's sentence and is let be. */
export function always(ask: Ask): (text: string) => Ask {
  return () => ask;
}
