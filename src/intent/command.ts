// Comment Markdown → Command. The only place that reads what people type to Rondo. One pass over the lines, no
// backtracking: a hostile comment of 65,536 characters costs no more than a friendly one of that size.

/** What a comment asks for. */
export type Command =
  | { name: "review"; focus: string | null }
  | { name: "abort"; reason: string | null }
  | { name: "extend"; rounds: number }
  | { name: "help" };

/** A line that names Rondo and asks for something that is not a command, or not with these words. */
export type NotUnderstood = { name: "not understood"; line: string; why: string };

/** `extend N` takes 1 to 50 rounds. */
const MAX_EXTEND = 50;

/**
 * The first command of a comment, or undefined when there is none. `aliases` are the words accepted after `@`, in any
 * case; `/rondo` always works. Only the start of a line counts (up to three spaces before), and nothing inside quotes,
 * code or HTML comments. Words that are no command are not answered: somebody may be talking to another bot.
 */
export function parseCommand(body: string, aliases: readonly string[]): Command | NotUnderstood | undefined {
  for (const line of plainLines(body)) {
    const words = addressed(line, aliases);
    if (words === undefined) continue;
    const command = readWords(words, line);
    if (command !== undefined) return command;
  }
  return undefined;
}

/** Lines outside fences, quotes, indented code and HTML comments. */
function* plainLines(body: string): Generator<string> {
  let fence: string | undefined;
  let isInComment = false;
  for (const raw of body.split("\n")) {
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    const text = line.trimStart();
    const indent = line.length - text.length;
    if (fence !== undefined) {
      if (indent <= 3 && text.startsWith(fence) && text.replaceAll(fence[0] ?? "", "").trim() === "") fence = undefined;
      continue;
    }
    if (isInComment) {
      isInComment = !line.includes("-->");
      continue;
    }
    if (indent > 3 || line.startsWith("\t")) continue;
    if (text.startsWith("```") || text.startsWith("~~~")) {
      fence = openingFence(text);
      continue;
    }
    const opened = line.lastIndexOf("<!--");
    if (opened !== -1 && line.indexOf("-->", opened) === -1) isInComment = true;
    if (!text.startsWith(">")) yield text;
  }
}

function openingFence(text: string): string {
  const mark = text[0] ?? "`";
  let length = 0;
  while (text[length] === mark) length += 1;
  return mark.repeat(length);
}

/** The words after `@alias` or `/rondo` at the start of a line. */
function addressed(line: string, aliases: readonly string[]): string[] | undefined {
  const [first = "", ...rest] = line.trim().split(/\s+/);
  const called = first.toLowerCase().replace(/[:,]$/, "");
  const isCalled = called === "/rondo" || aliases.some((alias) => called === `@${alias.toLowerCase()}`);
  return isCalled ? rest : undefined;
}

function readWords(words: readonly string[], line: string): Command | NotUnderstood | undefined {
  const [verb = "", ...rest] = words;
  const text = rest.join(" ").trim();
  switch (verb.toLowerCase()) {
    case "review":
      return { name: "review", focus: text === "" ? null : text.slice(0, 500) };
    case "full":
      return rest[0]?.toLowerCase() === "review"
        ? { name: "review", focus: rest.slice(1).join(" ").slice(0, 500) || null }
        : undefined;
    case "abort":
      return { name: "abort", reason: text === "" ? null : text.slice(0, 500) };
    case "help":
      return { name: "help" };
    case "extend": {
      const isNumber = /^[0-9]{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_EXTEND;
      if (isNumber) return { name: "extend", rounds: Number(text) };
      return { name: "not understood", line, why: `extend takes a number from 1 to ${MAX_EXTEND}` };
    }
    default:
      return undefined;
  }
}
