// What a static rule is. Adding a rule is one object in a file under `rules/` and one line in `rules.ts`.
// Every rule carries an example that it must find and one that it must leave alone; a test runs both through the engine.
import type { Priority } from "../../findings/finding.ts";
import type { SourceFile } from "./source-file.ts";

/** What a file is to the rules; `text` stands for every readable file. */
export type Language =
  | "text"
  | "javascript"
  | "typescript"
  | "tsx"
  | "python"
  | "go"
  | "workflow"
  | "package-json"
  | "dockerfile";

/** The three dialects that share the JavaScript rules. */
export const SCRIPT: readonly Language[] = ["javascript", "typescript", "tsx"];

/** One place where a rule sees its bug. Lines are 1-based and inclusive; `detail` adds a sentence to the rule's reason. */
export type Hit = { line: number; endLine: number; detail?: string };

type RuleText = {
  /** Kebab-case and stable: part of a finding's fingerprint. */
  id: string;
  priority: Priority;
  languages: readonly Language[];
  /** Imperative, one line: it becomes the finding's title. */
  title: string;
  /** Why it matters and what triggers it, one to three sentences: it becomes the finding's body. */
  why: string;
  /** Both are run by a test as a new file at `path`: `bad` gives this rule's finding, `good` gives no finding of any rule. */
  example: { path: string; bad: string; good: string };
  /** False for rules that are right only half the time; they run only when named in the configuration. */
  isOnByDefault?: boolean;
};

/** A rule with its own check. `check` sees the whole file; hits outside the added lines are dropped by the engine. */
export type OwnRule = RuleText & {
  engine: "own";
  check(file: SourceFile): readonly Hit[] | Promise<readonly Hit[]>;
};

/** A rule that oxlint checks; `oxlint` is its name there, with the plugin in front (`eslint/no-self-assign`). */
export type OxlintRule = RuleText & { engine: "oxlint"; oxlint: string };

/** A row of the tables about oxlint: its name with the plugin, priority, title, reason, bad line, good line. */
export type OxlintRow = readonly [string, Priority, string, string, string, string];

export type Rule = OwnRule | OxlintRule;
