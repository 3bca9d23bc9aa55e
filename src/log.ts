// The log: one JSON object per line on stdout, nothing secret in it, nothing of what people wrote.
// Secrets are taken out of the finished line by value, so no call site can forget it; keys that hold bodies are dropped.
import pino from "pino";
import { isExpectedError } from "./errors.ts";
import type { Log } from "./ports.ts";
import { countRedactions, createRedactor } from "./redact.ts";

/** Words of LOG_LEVEL, loudest last. */
export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The Log port, with the way to make a log whose lines all carry some fields. */
export type RootLog = Log & {
  /** Fields such as `{ delivery, event }`; they stand in every line of the child. */
  childLog(fields: Readonly<Record<string, unknown>>): RootLog;
};

/** Where finished lines go; stdout unless a test wants them. */
export type LogSink = { write(line: string): void };

/** Opens the log of one process. `name` is the process: `web`, `worker`, `serve`. */
export function createLog(options: { name: string; level: LogLevel; sink?: LogSink }): RootLog {
  const sink = options.sink ?? standardOutput();
  const logger = pino(
    {
      level: options.level,
      base: { process: options.name, processId: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: withoutBodies },
      serializers: { err: describeError, error: describeError, cause: describeError },
    },
    { write: (line: string) => sink.write(redactLine(line)) },
  );
  return adapt(logger);
}

const redact = createRedactor();

/** No secret of ours and nothing in the shape of a key; folders stay, operators need them. */
function redactLine(line: string): string {
  const { text, hits } = redact(line);
  countRedactions("log", hits);
  return text;
}

/** Lines go out together while one write is under way: a blocking write per line took a fifth of web's time. */
function standardOutput(): LogSink {
  const destination = pino.destination({ fd: 1, sync: false });
  process.on("exit", () => {
    // Throws when it never opened; then there is nothing to write either.
    try {
      destination.flushSync();
    } catch {}
  });
  return destination;
}

/** A log for libraries that insist on one and would print payloads: it writes nothing. */
export function silentLog(): pino.Logger {
  return pino({ level: "silent" });
}

/** Keys under which bodies, texts and credentials travel. Their values never reach the log, known secret or not. */
const BODY_KEYS: ReadonlySet<string> = new Set(
  "body payload prompt output stdin headers token secret password privateKey authorization".split(" "),
);

/** Objects and arrays, five levels deep: pino's own redaction by paths cost half of a log line's time. */
function withoutBodies(fields: Readonly<Record<string, unknown>>, depth = 0): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    kept[key] = BODY_KEYS.has(key) ? "[not logged]" : withoutBodiesInside(value, depth + 1);
  }
  return kept;
}

function withoutBodiesInside(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null || value instanceof Error) return value;
  if (depth > 5) return "[too deep]";
  if (Array.isArray(value)) return value.map((each) => withoutBodiesInside(each, depth + 1));
  // Dates, addresses and the like say themselves how they are written.
  return "toJSON" in value ? value : withoutBodies({ ...value }, depth);
}

function adapt(logger: pino.Logger): RootLog {
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
    // pino does not pass the fields of a child through its formatter.
    childLog: (fields) => adapt(logger.child(withoutBodies(fields))),
  };
}

/**
 * What is logged of an error. A list of our own: client libraries hang whole requests, with tokens and bodies, on theirs.
 * One of our three errors needs no stack: its message says what happened, its hint what to do.
 */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error).slice(0, 500) };
  const code = "code" in error ? error.code : undefined;
  const status = "status" in error ? error.status : undefined;
  const hint = isExpectedError(error) ? error.hint : undefined;
  return {
    name: error.name,
    message: error.message.slice(0, 1000),
    ...(typeof code === "string" && { code }),
    ...(hint !== undefined && { hint }),
    ...(typeof status === "number" && { status }),
    ...(!isExpectedError(error) && { stack: error.stack?.slice(0, 4000) }),
    ...(error.cause !== undefined && { cause: describeError(error.cause) }),
  };
}
