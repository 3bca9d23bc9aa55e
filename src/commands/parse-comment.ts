// Comment Markdown → what it asks for. The only place that reads what people type to Rondo.
// One rule for several commands: a comment commands one thing, written once or repeated; only decisions may be several,
// one for each finding. Everything else would have an order that nobody can see, so it is answered and not obeyed.
import { distance } from "fastest-levenshtein";
import { paragraphs } from "./block-lines.ts";
import type { Ask, CommentCommand, GivenDecision } from "./command.ts";
import { startsOutside } from "./inline-spans.ts";

/** What a comment asks for, by whom it may be asked; or why it cannot be obeyed, to be told to people who may ask. */
export type Asked = { ask: Ask; who: CommentCommand["who"] } | { problem: string };

/** Commands that are read of one comment; a comment with more is not obeyed. */
const MAX_COMMANDS = 20;

/** Alias under which words that are no command are somebody else's: the connector of that name reads free text. */
const SHARED_ALIAS = "@codex";

/**
 * What a comment asks for, or undefined when nothing. `aliases` are the words accepted after `@`, in any case;
 * `/rondo` always works. Only the start of a line counts (up to three spaces before), outside of quotes, code, links,
 * tables and HTML. `here` is the finding in whose thread the comment stands: commands about a finding that name none mean
 * that one. Linear in the length of the body.
 */
export function parseComment(
  body: string,
  aliases: readonly string[],
  commands: readonly CommentCommand[],
  here: string | null = null,
): Asked | undefined {
  const found: Found[] = [];
  for (const line of addressedLines(body, aliases)) {
    const read = readWords(line, commands, here);
    if (read !== undefined) found.push(read);
    if (found.length > MAX_COMMANDS) return { problem: `a comment may hold at most ${MAX_COMMANDS} commands` };
  }
  return combine(found);
}

type Found = { name: string; asked: Asked };
type Line = { words: string; called: string };

/** Lines that name Rondo, without its name. */
function* addressedLines(body: string, aliases: readonly string[]): Generator<Line> {
  const names = new Set(["/rondo", ...aliases.map((alias) => `@${alias.toLowerCase()}`)]);
  for (const lines of paragraphs(body)) {
    const calls = lines.map((line) => (line.isFree ? callOf(line.text, names) : undefined));
    if (calls.every((call) => call === undefined)) continue;
    const isOutside = startsOutside(lines.map((line) => line.text));
    for (const [at, call] of calls.entries()) if (call !== undefined && isOutside[at] === true) yield call;
  }
}

/** `@codex: review` → `review`. Names are ASCII: a letter that only looks the same calls nobody. */
function callOf(text: string, names: ReadonlySet<string>): Line | undefined {
  if (!text.startsWith("@") && !text.startsWith("/")) return undefined;
  const space = text.search(/\s/);
  const first = (space === -1 ? text : text.slice(0, space)).slice(0, 64);
  if (!/^[\x21-\x7e]+$/.test(first)) return undefined;
  const called = first.toLowerCase().replace(/[:,]$/, "");
  if (!names.has(called)) return undefined;
  return {
    called,
    words:
      space === -1
        ? ""
        : text
            .slice(space, space + 4000)
            .trim()
            .replaceAll(/\s+/g, " "),
  };
}

function readWords(
  { words, called }: Line,
  commands: readonly CommentCommand[],
  here: string | null,
): Found | undefined {
  const known = commands
    .filter((command) => isNamed(words, command.name))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
  if (known === undefined) return readUnknown(words, called, commands);
  const rest = words
    .slice(known.name.length)
    .replace(/^[:.,;!?]+/, "")
    .trim();
  const read = known.read(rest, here);
  const asked: Asked = "why" in read && !("kind" in read) ? { problem: read.why } : { ask: read, who: known.who };
  return { name: known.name, asked };
}

/** The name at the start of the words, and no longer word: `review`, `review,`, `Review the sums`, not `reviewer`. */
function isNamed(words: string, name: string): boolean {
  const head = words.slice(0, name.length);
  return (
    /^[\x20-\x7e]*$/.test(head) && head.toLowerCase() === name && /^(?:$|[\s:.,;!?])/.test(words.slice(name.length))
  );
}

function readUnknown(words: string, called: string, commands: readonly CommentCommand[]): Found | undefined {
  if (called === SHARED_ALIAS || words === "") return undefined;
  const verb = words.split(" ", 1)[0] ?? "";
  const said = verb.slice(0, 40);
  const near = closest(said.toLowerCase(), commands);
  const hint = near === undefined ? "`help` lists the commands" : `did you mean \`${near}\`?`;
  return { name: "unknown", asked: { problem: `there is no command "${said}"; ${hint}` } };
}

/** The command that is at most two changes away from the word. */
function closest(word: string, commands: readonly CommentCommand[]): string | undefined {
  const near = commands
    .map(({ name }) => ({ name, changes: distance(word, name.split(" ", 1)[0] ?? name) }))
    .toSorted((a, b) => a.changes - b.changes)[0];
  return near !== undefined && near.changes <= Math.min(2, Math.floor(word.length / 2)) ? near.name : undefined;
}

/** One command for the whole comment. */
function combine(found: readonly Found[]): Asked | undefined {
  const [first, ...others] = found;
  if (first === undefined || others.length === 0) return first?.asked;
  // Talking about Rondo in prose is no reason to refuse what is a command.
  const known = found.filter(({ name }) => name !== "unknown");
  if (known.length > 0 && known.length < found.length) return combine(known);
  const asks = found.flatMap(({ asked }) => ("ask" in asked ? [asked.ask] : []));
  const wrong = found.find(({ asked }) => "problem" in asked);
  if (wrong !== undefined) return wrong.asked;
  const decisions = asks.flatMap((ask) => (ask.kind === "decide" ? ask.decisions : []));
  if (asks.every((ask) => ask.kind === "decide")) return combineDecisions(decisions);
  if (asks.every((ask) => JSON.stringify(ask) === JSON.stringify(asks[0]))) return first.asked;
  const names = [...new Set(found.map(({ name }) => `\`${name}\``))].join(" and ");
  return { problem: `this comment asks for ${names}; one comment may hold one command, or several decisions` };
}

function combineDecisions(decisions: readonly GivenDecision[]): Asked {
  const byFinding = new Map<string, GivenDecision>();
  for (const decision of decisions) {
    const earlier = byFinding.get(decision.findingId);
    if (earlier !== undefined && JSON.stringify(earlier) !== JSON.stringify(decision))
      return { problem: `this comment decides ${decision.findingId} twice; nothing of it was recorded` };
    byFinding.set(decision.findingId, decision);
  }
  return { ask: { kind: "decide", decisions: [...byFinding.values()] }, who: "allowed" };
}
