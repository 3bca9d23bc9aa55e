// The answer to the `config` command: every value in force and the file, commit and line it comes from. A person who
// wonders why Rondo did what it did reads the first rows; the built-in defaults come after them.
import { blocks, cutBody, details, table } from "./markdown.ts";
import { inline } from "./untrusted-text.ts";
import { count } from "./words.ts";

/** What is in force. All strings may come from a repository's file. */
export type ConfigAnswer = {
  /** `.github/rondo.yml @ 0123abc, octo/.github @ 4567def`, or `defaults`. */
  source: string;
  /** `line 3, column 1: unknown key …` */
  problems: readonly string[];
  values: readonly ConfigValue[];
};

/** One key, `triggers.opened`, with its value as JSON would write it. */
export type ConfigValue = {
  key: string;
  value: unknown;
  byDefault: unknown;
  source: { file: string; sha7: string | null; line: number | null } | "default";
  hasEffect: boolean;
};

/** Markdown without the marker. */
export function renderConfig({ source, problems, values }: ConfigAnswer): string {
  const own = values.filter(({ source: from }) => from !== "default").length;
  return cutBody(
    blocks(
      `Configuration in force: ${inline(source)}.`,
      "It is read from the base branch; what this pull request changes in it applies after the merge.",
      problems.length === 0
        ? null
        : blocks(
            `### Configuration problems (${problems.length})`,
            problems.map((problem) => `- ${inline(problem)}`).join("\n"),
          ),
      details(
        `${count(own, "value")} set, ${count(values.length - own, "default")}`,
        table(["Key", "Value", "From"], bySource(values).map(rowOf)),
      ),
    ),
  );
}

/** `.github/rondo.yml:3 @ 0123abc`, `server file:2`, `default`. Plain text. */
export function sourceOf({ source, hasEffect }: ConfigValue): string {
  const idle = hasEffect ? "" : " (no effect in this version)";
  if (source === "default") return `default${idle}`;
  const line = source.line === null ? "" : `:${source.line}`;
  const commit = source.sha7 === null ? "" : ` @ ${source.sha7}`;
  return `${source.file}${line}${commit}${idle}`;
}

/** Those that somebody set first, the built-in defaults behind them. */
export function bySource(values: readonly ConfigValue[]): readonly ConfigValue[] {
  const isSet = ({ source }: ConfigValue): boolean => source !== "default";
  return [...values.filter(isSet), ...values.filter((one) => !isSet(one))];
}

/** A value in one line: `true`, `10`, `codex, rondo`, `none`. Plain text. */
export function valueWords(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "[]" : value.map(String).join(", ");
  return typeof value === "string" ? value : JSON.stringify(value);
}

function rowOf(value: ConfigValue): readonly string[] {
  return [value.key, shortened(valueWords(value.value)), sourceOf(value)];
}

/** A hundred rules of 4,000 characters are no table cell. */
function shortened(text: string): string {
  const characters = Array.from(text);
  return characters.length <= MOST_CHARACTERS ? text : `${characters.slice(0, MOST_CHARACTERS - 1).join("")}…`;
}

const MOST_CHARACTERS = 200;
