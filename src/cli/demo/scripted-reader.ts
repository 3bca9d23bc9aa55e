// The demo's model: a script on this machine that reads the change as a model would (through codex's commands where there
// are any, else in the question) and knows a few mistakes that people really make. It asks nobody and costs nothing. It
// looks at the lines it is shown, not at the sample: on another repository it finds what stands there.
import { type AddedLine, addedLines } from "../../../double/model/added-lines.ts";
import { reviewJson, type ScriptedFinding } from "../../../double/model/review-json.ts";
import type { FakeStep } from "../../../double/model/script.ts";
import { textOf } from "../../../double/model/text-of.ts";

/** The line that says what the findings of the demo are worth. */
export const SCRIPT_NOTE = "the model is a script on this machine that knows six mistakes: no key, no cost, no network";

/** Lines of the diff in one look; codex cuts longer output out in the middle (0.169.0: 10,000 tokens). */
const PAGE_LINES = 200;
/** A larger change is read as far as this. */
const MOST_PAGES = 40;

/** The answer to a request: the next look, or the review. `body` is that of the Responses API or of Chat Completions. */
export function readAndReview(body: unknown): FakeStep {
  const { tools = [], input = [] }: Body = Object(body);
  if (!tools.some(({ name }) => name === "exec_command")) return review(textOf(body));
  const pages = input.flatMap(({ type, output }) => (type === "function_call_output" ? [printed(output)] : []));
  const isOver = pages.length === MOST_PAGES || (pages.at(-1)?.split("\n").length ?? PAGE_LINES) < PAGE_LINES;
  if (isOver) return review(pages.join("\n"));
  const from = pages.length * PAGE_LINES + 1;
  const cut = `sed -n '${from},${from + PAGE_LINES - 1}p' context/change.diff | cut -c1-160`;
  return { items: [{ call: cut }] };
}

type Body = { tools?: { name?: string }[]; input?: { type?: string; output?: unknown }[] };

/** No review of a change that was not seen: that is not a clean one. */
function review(seen: string): FakeStep {
  return { items: [{ text: /^diff --git /m.test(seen) ? reviewOf(seen) : "The change could not be read." }] };
}

/** What a command printed, without the words that codex puts before it. */
function printed(output: unknown): string {
  const text = typeof output === "string" ? output : textOf(output);
  const start = /(?:^|\n)Output:\n/.exec(text);
  return (start === null ? text : text.slice(start.index + start[0].length)).replace(/\n$/, "");
}

function reviewOf(text: string): string {
  return reviewJson(
    addedLines(text).flatMap((line) => {
      const known = MISTAKES.find(({ files, row }) => files.test(line.path) && row.test(line.text));
      return known === undefined ? [] : [findingOf(known, line)];
    }),
  );
}

function findingOf({ priority, title, body }: Mistake, { path, line }: AddedLine): ScriptedFinding {
  return { path, line, priority, title, body };
}

/** A line that is wrong in every program that has it. */
type Mistake = { files: RegExp; row: RegExp; priority: number; title: string; body: string };

const SCRIPT = /\.[cm]?[jt]sx?$/;
const PYTHON = /\.py$/;

const MISTAKES: readonly Mistake[] = [
  {
    files: SCRIPT,
    row: /(?:query|execute)\(\s*`(?:SELECT|INSERT|UPDATE|DELETE)\b.*\$\{/i,
    priority: 0,
    title: "Pass the value as a parameter of the query",
    body: "The value is put into the SQL text as it is: a quote in it ends the string, and what follows is run as SQL. Whoever chooses the value reads and changes the whole database.",
  },
  {
    files: SCRIPT,
    row: /\.filter\(\s*async\b/,
    priority: 1,
    title: "Wait for the answers before filtering",
    body: "An async function returns a promise, and a promise counts as true: `filter` keeps every element, whatever the function decides.",
  },
  {
    files: SCRIPT,
    row: /\.forEach\(\s*async\b/,
    priority: 1,
    title: "Wait for the work in the loop",
    body: "`forEach` drops the promises: the function goes on before the work is done, and a failure in it becomes an unhandled rejection.",
  },
  {
    files: PYTHON,
    row: /\bdef \w+\(.*=\s*(?:\[\]|\{\}|set\(\))/,
    priority: 1,
    title: "Make the default value anew for each call",
    body: "A default value is made once, when the function is defined. Every call without the argument adds to the same object, so one caller sees what another one left.",
  },
  {
    files: PYTHON,
    row: /\bis (?:not )?["'\d]/,
    priority: 1,
    title: "Compare the value, not the object",
    body: "`is` asks whether both are one object. An equal text that was read from a file or a socket is another object, and the comparison is false.",
  },
  {
    files: PYTHON,
    row: /\bdef \w+\(.*=\s*(?:datetime\.(?:now|utcnow)|time\.time|date\.today)\(\)/,
    priority: 2,
    title: "Ask for the time when the function is called",
    body: "The default is worked out once, when the module is loaded: a process that runs for days goes on with the time of its start.",
  },
];
