// The text of a state file, and how it is read back. The first line holds a checksum of all that follows, so that a
// torn, cut or flipped file is noticed; the last key holds the event that led to this state, from which the journal is
// completed after a crash. A damaged file is answered by the generation before it, never by "there is no state".
import { createHash } from "node:crypto";
import { z } from "zod";
import { PermanentError } from "../errors.ts";
import { isInternal } from "../round/effect.ts";
import { PullRequestRecord } from "../round/round.ts";
import { migrate } from "./migrations.ts";
import type { StatePaths, StateRef } from "./paths.ts";
import { readRegular } from "./read-regular.ts";

/** One line of the journal. `rev` is its id. */
export const JournalEvent = z.object({
  rev: z.number().int().positive(),
  /** UTC ISO. */
  at: z.string(),
  kind: z.string(),
  /** The state after the event, and the newest round. */
  state: z.string(),
  round: z.number().int(),
  detail: z.record(z.string(), z.unknown()),
});
export type JournalEvent = z.infer<typeof JournalEvent>;

/** What was found on disk. */
export type Stored = {
  record: PullRequestRecord;
  /** The event that led to `record`; undefined when the generation before had to be used. */
  event: JournalEvent | undefined;
  /** True when the newest file was damaged or gone and `record` is the generation before it. */
  isRestored: boolean;
};

const FIRST_LINE = /^\{"checksum":"sha256-(?<digest>[0-9a-f]{64})",$/;
const FIRST_LINE_BYTES = '{"checksum":"sha256-",'.length + 64;

/** Renders a state file. Throws when the record is not one: better no new state than one that nobody can read. */
export function renderStateFile(record: PullRequestRecord, event: JournalEvent): string {
  const body = `${JSON.stringify({ ...PullRequestRecord.parse(record), event }, undefined, 1).slice(1)}\n`;
  // `body` begins with the line break after the opening bracket.
  return `{"checksum":"sha256-${digestOf(body.slice(1))}",${body}`;
}

/**
 * Reads the newest generation that is whole. null when there is none at all.
 * Throws PermanentError STATE_UNREADABLE, STATE_TOO_NEW, STATE_FOREIGN; RetryableError STATE_NOT_READABLE.
 */
export async function readStored(paths: StatePaths, ref: StateRef): Promise<Stored | null> {
  const newest = await readGeneration(paths.state);
  if (newest.kind === "whole") return { ...toRecord(newest.content, paths.state, ref), isRestored: false };
  const previous = await readGeneration(paths.previous);
  if (previous.kind === "whole") {
    const { record } = toRecord(previous.content, paths.previous, ref);
    return { record: withDoubt(record), event: undefined, isRestored: true };
  }
  if (newest.kind === "missing" && previous.kind === "missing") return null;
  throw unreadable(
    newest.kind === "missing" ? paths.previous : paths.state,
    newest.kind === "damaged" ? newest.why : "it is gone",
  );
}

/**
 * The token of the lease in a state file, null when nobody has it. For the heartbeat, which asks every few seconds and
 * needs nothing else checked. Throws PermanentError STATE_UNREADABLE, RetryableError STATE_NOT_READABLE.
 */
export async function readLeaseToken(path: string): Promise<string | null> {
  const content = await readWhole(path);
  return z.object({ lease: z.object({ token: z.string() }).nullable() }).parse(content).lease?.token ?? null;
}

/** Reads whose state a file is, for lists. Throws like `readStored`. */
export async function readRef(path: string): Promise<StateRef & { installationId: number }> {
  const content = await readWhole(path);
  const seen = z
    .object({ repo: z.string(), repo_id: z.number().int(), pr: z.number().int(), installation_id: z.number().int() })
    .safeParse(content);
  if (!seen.success) throw unreadable(path, "it does not say whose state it is");
  const [owner = "", repo = ""] = seen.data.repo.split("/");
  return { owner, repo, repoId: seen.data.repo_id, number: seen.data.pr, installationId: seen.data.installation_id };
}

type Generation =
  | { kind: "missing" }
  | { kind: "damaged"; why: string }
  | { kind: "whole"; content: Record<string, unknown> };

async function readWhole(path: string): Promise<Record<string, unknown>> {
  const found = await readGeneration(path);
  if (found.kind === "whole") return found.content;
  throw unreadable(path, found.kind === "damaged" ? found.why : "it is gone");
}

async function readGeneration(path: string): Promise<Generation> {
  const bytes = await readRegular(path);
  if (bytes === undefined) return { kind: "missing" };
  if (bytes.length === 0) return { kind: "damaged", why: "it is empty" };
  const digest = FIRST_LINE.exec(bytes.toString("latin1", 0, FIRST_LINE_BYTES))?.groups?.["digest"];
  if (digest === undefined || bytes[FIRST_LINE_BYTES] !== 0x0a) {
    return { kind: "damaged", why: "its first line is no checksum" };
  }
  const body = bytes.subarray(FIRST_LINE_BYTES + 1);
  if (digestOf(body) !== digest) return { kind: "damaged", why: "its checksum does not match its content" };
  return { kind: "whole", content: z.record(z.string(), z.unknown()).parse(JSON.parse(`{${body.toString("utf8")}`)) };
}

function digestOf(body: string | Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}

/** A whole file that does not fit is a mistake of a program or a person, so the generation before must not hide it. */
function toRecord(content: Record<string, unknown>, path: string, ref: StateRef): Pick<Stored, "record" | "event"> {
  const migrated = migrate(content, path);
  if (migrated === undefined) throw unreadable(path, "it has no version that this Rondo can read");
  const parsed = PullRequestRecord.safeParse(migrated);
  if (!parsed.success) throw unreadable(path, z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, " "));
  const record = parsed.data;
  if (record.repo_id !== ref.repoId || record.pr !== ref.number) {
    throw new PermanentError(
      `The state file ${path} belongs to ${record.repo}#${record.pr} (repository ${record.repo_id}), ` +
        `not to ${ref.owner}/${ref.repo}#${ref.number} (repository ${ref.repoId}).`,
      {
        code: "STATE_FOREIGN",
        hint: "Somebody copied or renamed state files. Move this one away; Rondo makes a new one.",
      },
    );
  }
  const event = JournalEvent.safeParse(content["event"]);
  return { record, event: event.success ? event.data : undefined };
}

/**
 * After a lost save nobody knows which of the decided effects have happened since. Everything that would be written to
 * GitHub counts as intended: it is looked up there before it is sent.
 */
function withDoubt(record: PullRequestRecord): PullRequestRecord {
  const effects = Object.entries(record.effects).map(([key, effect]) => {
    const isDoubtful = effect.status === "pending" && !isInternal(effect.effect);
    return [key, isDoubtful ? { ...effect, status: "intended" as const } : effect] as const;
  });
  return { ...record, effects: Object.fromEntries(effects) };
}

function unreadable(path: string, why: string): PermanentError {
  return new PermanentError(`The state file ${path} cannot be used: ${why}.`, {
    code: "STATE_UNREADABLE",
    hint: "Restore it from a backup, or move it and its .prev file away: the next event then starts a new round.",
  });
}
