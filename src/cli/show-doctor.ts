// A check-up for a person at a terminal: group by group, one line a check, and under it what to do when it is not fine.
import { styleText } from "node:util";
import type { Result, Role } from "../doctor/check.ts";
import { maskSecrets } from "../mask-secrets.ts";
import { visible } from "../report/untrusted-text.ts";
import { count } from "../report/words.ts";

/** How it is painted: `columns` is the width at which lines are broken, null for never. */
export type Look = { hasColour: boolean; columns: number | null };

const STYLES = { ok: "green", warning: "yellow", error: "red", skipped: "dim" } as const;

/** The longest status and the longest title, with two spaces behind each. */
const STATUS_WIDTH = 9;
const TITLE_WIDTH = 16;

/** The heading and the lines of one group. Checks that were skipped for one reason, one after the other, are one line. */
export function showGroup(results: readonly Result[], look: Look): string {
  const [first] = results;
  if (first === undefined) return "";
  const lines: Result[] = [];
  for (const result of results) {
    const last = lines.at(-1);
    const isSame = last?.status === "skipped" && result.status === "skipped" && last.found === result.found;
    if (isSame) lines[lines.length - 1] = { ...last, title: `${last.title}, ${result.title}` };
    else lines.push(result);
  }
  const shown = lines.map((result) => showResult(result, look)).join("");
  return `${paint("bold", first.group, look)}\n${shown}\n`;
}

/** The last lines: counts, and whether a process of this role can work now. */
export function showSummary(results: readonly Result[], role: Role, seconds: number, look: Look): string {
  const number = (status: Result["status"]): number => results.filter((one) => one.status === status).length;
  const [errors, warnings] = [number("error"), number("warning")];
  const counts = [
    ...(errors === 0 ? [] : [paint("red", count(errors, "error"), look)]),
    ...(warnings === 0 ? [] : [paint("yellow", count(warnings, "warning"), look)]),
    paint("green", `${number("ok")} ok`, look),
    ...(number("skipped") === 0 ? [] : [`${number("skipped")} skipped`]),
  ];
  return `${verdict(results, role)}\n${counts.join(", ")}; ${seconds.toFixed(1)} s.\n`;
}

function verdict(results: readonly Result[], role: Role): string {
  const has = (status: Result["status"]): boolean => results.some((one) => one.status === status);
  const isNew = ["webhook-secret", "app-id", "app-key"].every((id) =>
    results.some((one) => one.id === id && one.status === "error"),
  );
  if (isNew) return "No GitHub App is configured yet: rondo serve shows how to make one.";
  if (has("error")) return `rondo ${role} cannot do its work now. Put the errors right and run rondo doctor again.`;
  const isRunning = results.some(({ id, status }) => id === "server" && status === "ok");
  const words = isRunning ? `rondo ${role} is running and ready` : `rondo ${role} can be started`;
  return has("warning") ? `${words}; the warnings can wait, but not for long.` : `${words}.`;
}

function showResult(result: Result, look: Look): string {
  const { status } = result;
  const names = result.title.split(", ");
  // Of several only the number stands in the column; the names follow the reason.
  const title = names.length === 1 ? result.title : `${names.length} checks`;
  const found = names.length === 1 ? result.found : `${result.found}: ${names.join(", ")}`;
  const indent = " ".repeat(2 + STATUS_WIDTH + TITLE_WIDTH);
  const style = STYLES[status];
  const head = `  ${paint(style, status.padEnd(STATUS_WIDTH), look)}${title.padEnd(TITLE_WIDTH)}`;
  const lines = wrap(oneLine(found), look, indent.length);
  const todo = "todo" in result ? wrap(oneLine(result.todo), look, indent.length + 2) : [];
  return [
    `${head}${lines.map((line) => (status === "skipped" ? paint("dim", line, look) : line)).join(`\n${indent}`)}`,
    ...todo.map((line, at) => `${indent}${at === 0 ? paint("cyan", "→ ", look) : "  "}${line}`),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

/** Breaks between words only: a command must stay whole to be copied. */
function wrap(text: string, { columns }: Look, indent: number): readonly string[] {
  const width = columns === null ? Number.POSITIVE_INFINITY : Math.max(30, columns - indent);
  const lines: string[] = [];
  for (const word of text.match(/`[^`]*`\S*|\S+/g) ?? []) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** What stands in a check may come from GitHub, from Redis or from a file: no control characters, no secrets. */
function oneLine(text: string): string {
  return visible(maskSecrets(text)).replaceAll(/\s+/g, " ");
}

function paint(style: "bold" | "cyan" | "dim" | "green" | "red" | "yellow", text: string, { hasColour }: Look): string {
  return hasColour ? styleText(style, text, { validateStream: false }) : text;
}
