// What a person may have saved of a codex run is more than its final message: the event stream of `codex exec --json`, or
// a terminal with the tool's log above the answer. Only the final message is evidence: tool output, the echo of the
// prompt and stderr repeat what a hostile pull request says. Forms as printed by codex CLI 0.169.0
// (tests/fixtures/golden/codex/, made by scripts/capture-codex.mjs).
import { z } from "zod";
import { parseReview, saysNothing } from "./parse-review.ts";
import type { ParsedReview, ParseOptions } from "./parse-review.ts";
import { splitLines } from "./printed-parts.ts";
import { HALF_REVIEW } from "./read-message.ts";
import { noResult } from "./reading.ts";

/** Reads whatever was saved: an event stream, a terminal log, or a text as `parseReview` takes it. Never throws. */
export function parseCapture(text: string, options: ParseOptions): ParsedReview {
  const head = splitLines(text.slice(0, HEAD_LENGTH)).slice(0, HEAD_LINES);
  if (isEventStream(head)) return parseEvents(splitLines(text), options);
  return isLog(head, text) ? parseLog(splitLines(text), options) : parseReview(text, options);
}

/** Where the first event or the banner stands: warnings of the tool may come before it. */
const HEAD_LINES = 20;
const HEAD_LENGTH = 20_000;

function isEventStream(head: readonly string[]): boolean {
  return head.some((line) => /^\{"type":"(?:thread|turn)\.started"/.test(line));
}

/** The banner of the terminal output, or, where it was cut off, the lines around a final message. */
function isLog(head: readonly string[], text: string): boolean {
  if (head.some((line) => /^OpenAI Codex v[0-9]/.test(line))) return true;
  const answer = text.lastIndexOf("\ncodex\n");
  return answer >= 0 && text.includes(`\n${TOKENS}\n`, answer);
}

function parseEvents(lines: readonly string[], options: ParseOptions): ParsedReview {
  const { messages, failure } = readEvents(lines);
  const parsed = parseMessages(messages, options);
  if (failure === null) return parsed;
  return { ...parsed, reading: "unreadable", evidence: "unavailable", problem: failure, failure };
}

/**
 * The review in the messages of one run: the last one that says something, so that JSON followed by "Bye" is still a
 * review and a later answer replaces an earlier one. A review in JSON that is split over messages is put together.
 */
export function parseMessages(messages: readonly string[], options: ParseOptions): ParsedReview {
  const last = messages.at(-1);
  if (last === undefined || messages.every((message) => message.trim() === "")) {
    const problem = "the run ended without a message";
    return { ...nothing(problem, options), evidence: "unavailable", failure: problem };
  }
  let skipped = 0;
  for (const message of messages.slice(-MAX_MESSAGES).toReversed()) {
    const parsed = parseReview(message, options);
    if (saysNothing(parsed)) {
      skipped += message.length;
      continue;
    }
    if (parsed.problem === HALF_REVIEW) return parseJoined(messages, options) ?? parsed;
    const isGreen = parsed.findings.length === 0 && parsed.reading !== "unreadable";
    if (!isGreen || skipped <= MAX_FAREWELL) return parsed;
    return { ...parsed, reading: "unreadable", problem: "a longer message follows the review that found nothing" };
  }
  return parseJoined(messages, options) ?? parseReview(last, options);
}

/** The review that the messages are together; null when they are none. */
function parseJoined(messages: readonly string[], options: ParseOptions): ParsedReview | null {
  const joined = messages.length === 1 ? null : parseReview(messages.join(""), { ...options, format: "json" });
  return joined?.reading === "structured" ? joined : null;
}

/** How far back a review is looked for. */
const MAX_MESSAGES = 100;

/** A last "Bye" is a farewell; a longer text behind a clean review may take it back in words that nobody can parse. */
const MAX_FAREWELL = 400;

function nothing(problem: string, options: ParseOptions): ParsedReview {
  return { ...noResult("unrecognised", problem), format: options.format ?? "codex", findings: [] };
}

/** The messages of an event stream, and why it did not end well; null when it did. */
function readEvents(lines: readonly string[]): { messages: string[]; failure: string | null } {
  const messages: string[] = [];
  let failure: string | null = "the event stream ends before the turn is completed";
  for (const line of lines) {
    const event = readEvent(line);
    if (event === null) continue;
    if (event.type === "turn.completed") failure = null;
    else if (event.type === "turn.failed") failure = "the run failed: turn.failed in the event stream";
    else if (event.type === "item.completed" && event.message !== null) messages.push(event.message);
  }
  return { messages, failure };
}

type Event = { type: string; message: string | null };

/** The part of an event that is read; other kinds of items and further keys are let through. */
const EventJson = z.object({
  type: z.string(),
  item: z.object({ type: z.unknown(), text: z.unknown() }).partial().nullish(),
});

/** One line of the stream; a line that is no event (a warning on the same terminal) is null. */
function readEvent(line: string): Event | null {
  if (!line.startsWith("{")) return null;
  const event = EventJson.safeParse(parseJson(line));
  if (!event.success) return null;
  const { type, item } = event.data;
  const isMessage = item?.type === "agent_message" && typeof item.text === "string";
  return { type, message: isMessage ? String(item.text) : null };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Stands below the final message, with the count in the next line. */
const TOKENS = "tokens used";

/**
 * The final message is the text after the last line that is exactly `codex`. Where the log ends before the count of tokens
 * the run may have ended in the middle of a command, and what looks like a message may be a file that it printed: then
 * "nothing found" is not believed.
 */
function parseLog(lines: readonly string[], options: ParseOptions): ParsedReview {
  const start = lines.lastIndexOf("codex");
  const end = start < 0 ? -1 : lines.indexOf(TOKENS, start);
  const message = start < 0 ? "" : lines.slice(start + 1, end < 0 ? undefined : end).join("\n");
  if (message.trim() === "") return nothing("a log of codex without a final message", options);
  const parsed = parseReview(message, options);
  const isGreen = parsed.findings.length === 0 && parsed.reading !== "unreadable";
  if (end >= 0 || !isGreen) return parsed;
  return { ...parsed, reading: "unreadable", problem: "the log ends before the run did" };
}
