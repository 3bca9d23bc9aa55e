// The byte journal: everything that came in and went out, in order. Invariants ("one KICKOFF per round", "no secret ever
// left", "no call during a limit wait") are checked against it, never against the double's own opinion.
import { appendFileSync } from "node:fs";

/** One exchange: a request that came in, or a webhook that went out. */
export interface JournalEntry {
  /** 0-based order of arrival. */
  index: number;
  surface: "rest" | "graphql" | "git" | "page" | "webhook";
  /** Milliseconds since 1970, by the double's clock. */
  at: number;
  method: string;
  /** Path with query, exactly as sent. */
  path: string;
  /** Path template of the matched REST route, else null. */
  route: string | null;
  requestHeaders: Record<string, string>;
  requestBody: Buffer;
  /** Null while unanswered, and for ever when the connection was cut without an answer. */
  status: number | null;
  responseHeaders: Record<string, string>;
  responseBody: Buffer;
  /** Real elapsed milliseconds until the answer was written; null while unanswered. */
  durationMs: number | null;
  /** Name of the fault that was played, else null. */
  fault: string | null;
}

/** The journal of one double. */
export interface Journal {
  entries: JournalEntry[];
  /** Notes a request; the returned entry is completed with `close`. */
  open(
    entry: Omit<JournalEntry, "index" | "status" | "responseHeaders" | "responseBody" | "durationMs" | "fault">,
  ): JournalEntry;
  /** Completes an entry and writes its line to the file, when there is one. */
  close(entry: JournalEntry, startedAt: number): void;
  /** Every entry whose bytes (headers, path or bodies, either direction) hold the text. */
  entriesWith(text: string): JournalEntry[];
  /** REST and GraphQL requests that are not reads: what the App changed, in order. */
  writes(): JournalEntry[];
}

// Packs are kept to this size; their length stays in the headers.
const GIT_BODY_LIMIT = 64 * 1024;

/** Starts an empty journal; with `file`, every finished exchange is also appended there as one JSON line. */
export function createJournal(file: string | undefined): Journal {
  const entries: JournalEntry[] = [];
  return {
    entries,
    open: (entry) => {
      const opened: JournalEntry = {
        ...entry,
        requestBody: entry.surface === "git" ? entry.requestBody.subarray(0, GIT_BODY_LIMIT) : entry.requestBody,
        index: entries.length,
        status: null,
        responseHeaders: {},
        responseBody: Buffer.alloc(0),
        durationMs: null,
        fault: null,
      };
      entries.push(opened);
      return opened;
    },
    close: (entry, startedAt) => {
      entry.durationMs = performance.now() - startedAt;
      if (entry.surface === "git") entry.responseBody = entry.responseBody.subarray(0, GIT_BODY_LIMIT);
      if (file !== undefined) appendFileSync(file, `${JSON.stringify(entryLine(entry))}\n`);
    },
    entriesWith: (text) => entries.filter((entry) => holds(entry, text)),
    writes: () =>
      entries.filter(
        ({ surface, method }) => (surface === "rest" || surface === "graphql") && method !== "GET" && method !== "HEAD",
      ),
  };
}

function holds(entry: JournalEntry, text: string): boolean {
  if (entry.path.includes(text) || entry.requestBody.includes(text) || entry.responseBody.includes(text)) return true;
  const headers = [...Object.values(entry.requestHeaders), ...Object.values(entry.responseHeaders)];
  return headers.some((value) => value.includes(text));
}

function entryLine(entry: JournalEntry): Record<string, unknown> {
  return { ...entry, requestBody: readable(entry.requestBody), responseBody: readable(entry.responseBody) };
}

// Text stays text; bytes that are no UTF-8 become base64.
function readable(bytes: Buffer): string | { base64: string } {
  const text = bytes.toString("utf8");
  return Buffer.from(text).equals(bytes) ? text : { base64: bytes.toString("base64") };
}
