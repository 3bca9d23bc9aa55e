// `rondo parse`: what Rondo reads in a reviewer's text, without running anything. For people who write a reviewer, and for
// anybody who wonders where a verdict came from.
import { isAbsolute, resolve } from "node:path";
import { callersFolder, wantsColour } from "../config.ts";
import { UserError } from "../errors.ts";
import { isBlocking, type Priority } from "../findings/finding.ts";
import { parseCapture } from "../findings/parse-capture.ts";
import type { ParsedReview } from "../findings/parse-review.ts";
import { FORMAT_NAMES, type FormatName, type NamedFormat } from "../findings/reading.ts";
import type { VerdictSource } from "../findings/verdict-word.ts";
import { toParseJson } from "../report/parse-output.ts";
import { visible } from "../report/untrusted-text.ts";
import { closest } from "./closest.ts";
import type { Command, CommandInput } from "./command.ts";
import { readText } from "./read-text.ts";
import { showFindings, showVerdict } from "./show-findings.ts";
import { COLOUR_ENVIRONMENT } from "./worker-environment.ts";

export const parseCommand: Command = {
  name: "parse",
  summary: "read a reviewer's text and print its findings and verdict",
  usage: "parse [--json] [--format NAME] [--root DIR] [FILE|-]",
  options: {
    json: { type: "boolean", help: "print JSON" },
    format: {
      type: "string",
      value: "NAME",
      help: `${FORMAT_NAMES.join(", ")} (default: recognise it)`,
      candidates: FORMAT_NAMES,
    },
    root: {
      type: "string",
      value: "DIR",
      help: "folder that the reviewer worked in; it is cut off the paths",
      candidates: "folder",
    },
  },
  maxPositionals: 1,
  positionals: ["file"],
  environment: COLOUR_ENVIRONMENT,
  hasEnvFile: false,
  examples: [
    "rondo parse answer.txt",
    "codex exec … | rondo parse --json",
    'rondo parse --format json --root "$PWD" -',
    "gh api repos/OWNER/REPO/pulls/1/reviews --jq '.[-1].body' | rondo parse",
  ],
  run: runParse,
};

/** The server's default: what blocks where no repository says otherwise. */
const BLOCKING: readonly Priority[] = ["P0", "P1", "P2"];

async function runParse({ values, positionals }: CommandInput): Promise<number> {
  const format = values["format"] === undefined ? undefined : knownFormat(String(values["format"]));
  const [file = "-"] = positionals;
  const text = await readText(file === "-" ? process.stdin : resolve(callersFolder(), file));
  const parsed = parseAs(text, format, values["root"] === undefined ? undefined : rootOf(String(values["root"])));
  const answer = toParseJson(parsed, text, BLOCKING);
  process.stdout.write(values["json"] === true ? `${JSON.stringify(answer, null, 2)}\n` : toText(parsed, answer));
  return 0;
}

function knownFormat(name: string): NamedFormat {
  const known = FORMAT_NAMES.find((one) => one === name);
  if (known !== undefined) return known;
  const hint = `Formats: ${FORMAT_NAMES.join(", ")}. Leave --format out to have it recognised.`;
  const guess = closest(name, FORMAT_NAMES);
  const advice = guess === undefined ? "" : ` Did you mean ${guess}?`;
  throw new UserError(`There is no format ${name}.${advice}`, { code: "FORMAT_UNKNOWN", hint });
}

/** A folder of another machine (`C:\…`) stays as it is. */
function rootOf(root: string): string {
  return isAbsolute(root) || /^[A-Za-z]:[\\/]/.test(root) ? root : resolve(callersFolder(), root);
}

function parseAs(text: string, format: NamedFormat | undefined, root: string | undefined): ParsedReview {
  const recognised = parseCapture(text, { reviewer: "unknown", root });
  if (format === undefined || recognised.format === format) return recognised;
  const parsed = parseCapture(text, { reviewer: "unknown", root, format });
  const isInFormat = parsed.format === format;
  // Prose without any mark may well be what codex said; everything else must give a result to be in another format.
  if (isInFormat && (parsed.reading !== "unreadable" || recognised.format === "unrecognised")) return parsed;
  const seen = recognised.format === "unrecognised" ? "no format is recognised" : `it reads as ${recognised.format}`;
  throw new UserError(`The text is not in the format ${format}; ${seen}.`, {
    code: "FORMAT_WRONG",
    hint: "Leave --format out to have it recognised.",
  });
}

function toText(parsed: ParsedReview, answer: ReturnType<typeof toParseJson>): string {
  const hasColour = wantsColour(process.stdout.isTTY);
  const { findings, problem, contradiction, verdict, verdictSource, statedVerdict } = answer;
  const blocking = parsed.findings.filter((finding) => isBlocking(finding, BLOCKING)).length;
  const remarks = [problem, contradiction, ...parsed.notes].flatMap((remark) =>
    remark === null ? [] : [`${visible(remark)}\n`],
  );
  const from =
    verdictSource === "none" ? "read from nothing" : `read from ${sourceWords(verdictSource, parsed.format)}`;
  const stated = statedVerdict === null ? "none stated" : `stated ${statedVerdict}`;
  const commit = parsed.commit === null ? "" : `, commit ${parsed.commit}`;
  const note = `${from}, format ${parsed.format}, ${stated}${commit}`;
  const shown = showFindings(
    findings.map((finding) => ({ ...finding, frame: [] })),
    hasColour,
  );
  const counts = { blocking, advisory: findings.length - blocking };
  return `${shown}${remarks.join("")}${showVerdict(verdict, counts, { note, hasColour })}`;
}

function sourceWords(source: Exclude<VerdictSource, "none">, format: FormatName): string {
  return source === "structured" && format === "record" ? "the record" : SOURCES[source];
}

const SOURCES = {
  structured: "JSON",
  final_line: "the last line",
  findings: "the findings",
  derived: "a statement that nothing was found",
  reask: "a second question",
} as const;
