// Findings and a verdict for a person at a terminal. Everything that a reviewer or a repository wrote goes through
// `visible`: a control character in a title must not move the cursor or paint the terminal.
import { styleText } from "node:util";
import type { Finding } from "../findings/finding.ts";
import type { Verdict } from "../findings/verdict-word.ts";
import { visible } from "../report/untrusted-text.ts";
import { count, place } from "../report/words.ts";

/** A finding to show; `frame` are the lines of code around it, empty when there are none to show. */
export type ShownFinding = Pick<Finding, "priority" | "title" | "body" | "path" | "startLine" | "endLine"> & {
  /** `RD-1`; absent when the finding has no id. */
  id?: string;
  /** Who said it; absent when there is only one. */
  reviewer?: string;
  frame: readonly FrameLine[];
};

/** One line of code: its number (1-based), its text, and whether the finding is about it. */
export type FrameLine = { line: number; text: string; isMeant: boolean };

/** Lines of `text` around `startLine`..`endLine`, both 1-based: one before, one after, at most ten of the range. */
export function codeFrame(text: string, startLine: number, endLine: number): FrameLine[] {
  const lines = text.split(/\r\n|\n|\r/);
  const last = Math.min(endLine, startLine + MAX_FRAME_LINES - 1);
  const frame: FrameLine[] = [];
  for (let line = Math.max(1, startLine - 1); line <= Math.min(lines.length, last + 1); line += 1) {
    const isMeant = line >= startLine && line <= endLine;
    frame.push({ line, text: (lines[line - 1] ?? "").slice(0, MAX_FRAME_COLUMNS), isMeant });
  }
  return frame;
}

const MAX_FRAME_LINES = 10;
/** A minified line would bury the rest. */
const MAX_FRAME_COLUMNS = 200;

/** The findings, file by file in the order of their first finding, each with its place, priority, title, code and body. */
export function showFindings(findings: readonly ShownFinding[], hasColour: boolean): string {
  const groups = new Map<string | null, ShownFinding[]>();
  for (const finding of findings) groups.set(finding.path, [...(groups.get(finding.path) ?? []), finding]);
  const shown = [...groups.values()].flat().map((finding) => showFinding(finding, painter(hasColour)));
  return shown.map((text) => `${text}\n`).join("");
}

/** The last line: the verdict and the counts behind it. `note` adds a few words. */
export function showVerdict(
  verdict: Verdict,
  counts: { blocking: number; advisory: number },
  { note = "", hasColour = false }: { note?: string; hasColour?: boolean } = {},
): string {
  const paint = painter(hasColour);
  const words = `${count(counts.blocking, "blocking finding")}, ${counts.advisory} advisory`;
  return `${paint(VERDICT_STYLES[verdict], verdict)}: ${words}${note === "" ? "" : `; ${visible(note)}`}\n`;
}

type Style = "red" | "green" | "yellow" | "bold" | "dim" | "cyan";
type Paint = (style: Style, text: string) => string;

const VERDICT_STYLES: Readonly<Record<Verdict, Style>> = {
  APPROVE: "green",
  REQUEST_CHANGES: "red",
  UNKNOWN: "yellow",
  ERROR: "yellow",
};

function painter(hasColour: boolean): Paint {
  // The caller has looked at the terminal already.
  return (style, text) => (hasColour ? styleText(style, text, { validateStream: false }) : text);
}

function showFinding(finding: ShownFinding, paint: Paint): string {
  const { priority, title, body, id, reviewer } = finding;
  const style = styleOf(priority);
  const tag = paint(style, priority ?? "P2 (untagged)");
  const by = [id, reviewer].filter((word) => word !== undefined).map(oneLine);
  const head = `${paint("bold", oneLine(place(finding)))}  ${tag}  ${oneLine(title)}`;
  const parts = [`${head}${by.length === 0 ? "" : paint("dim", `  (${by.join(", ")})`)}`];
  parts.push(...showFrame(finding, style, paint));
  if (body.trim() !== "") parts.push(visible(body.trim()).replaceAll(/^(?=.)/gm, "  "));
  return `${parts.join("\n")}\n`;
}

function styleOf(priority: ShownFinding["priority"]): Style {
  if (priority === "P3") return "cyan";
  return priority === "P2" || priority === null ? "yellow" : "red";
}

/** The lines that are meant carry a mark, and the others stand back; a long range says how much of it is not shown. */
function showFrame({ frame, endLine }: ShownFinding, style: Style, paint: Paint): string[] {
  const last = frame.at(-1)?.line ?? Infinity;
  const width = String(last).length;
  const lines = frame.map(({ line, text, isMeant }) => {
    const code = `${String(line).padStart(width)} | ${oneLine(text)}`.trimEnd();
    return isMeant ? `  ${paint(style, ">")} ${code}` : paint("dim", `    ${code}`);
  });
  const hidden = (endLine ?? 0) - last;
  return hidden > 0 ? [...lines, paint("dim", `    ${" ".repeat(width)} | … ${count(hidden, "more line")}`)] : lines;
}

function oneLine(text: string): string {
  return visible(text).replaceAll("\n", " ").replaceAll("\t", "  ").trimEnd();
}
