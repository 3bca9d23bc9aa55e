// The append-only list of what happened to a pull request: one JSON object a line, its id is the state's `rev`.
// A line is written after the state file was renamed into place, so the journal never tells of a change that was not
// saved. A crash between the two loses nothing: the state file carries its event, and the next save adds the line first.
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import type { Log } from "../ports.ts";
import { systemCode, writing } from "./file-errors.ts";
import { notAFile } from "./read-regular.ts";
import { JournalEvent } from "./state-file.ts";

/** The end of the file that is read to find the last line; lines are a few hundred bytes. */
const TAIL_BYTES = 64 * 1024;

/** A journal, open under the write lock. */
export type Journal = {
  /** Id of the last line; 0 when there is none. */
  lastRev: number;
  /** Appends the event and flushes, unless the journal has it already. Throws RetryableError STATE_NOT_WRITABLE. */
  append(event: JournalEvent): Promise<void>;
  close(): Promise<void>;
};

/** Opens or creates a journal, and removes the half line that a crash may have left at its end. */
export function openJournal(path: string, log: Log): Promise<Journal> {
  return writing(path, async () => {
    // Links are not followed; opening a pipe both ways does not wait.
    const flags =
      constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(path, flags, 0o600).catch((error: unknown) => {
      if (systemCode(error) === "ELOOP") throw notAFile(path, "a symbolic link");
      if (systemCode(error) === "EISDIR") throw notAFile(path, "a folder");
      throw error;
    });
    try {
      if (!(await file.stat()).isFile()) throw notAFile(path, "no ordinary file");
      const { lastRev, wholeBytes, sizeBytes } = await readTail(file);
      if (wholeBytes < sizeBytes) {
        log.warn("The journal ended in half a line, which a crash left; it is removed", { file: path });
        await file.truncate(wholeBytes);
      }
      return journalOf(path, file, lastRev, log);
    } catch (error) {
      await file.close();
      throw error;
    }
  });
}

function journalOf(path: string, file: FileHandle, startRev: number, log: Log): Journal {
  let lastRev = startRev;
  return {
    get lastRev() {
      return lastRev;
    },
    append: (event) =>
      writing(path, async () => {
        if (event.rev <= lastRev) return;
        if (event.rev > lastRev + 1) {
          log.error("The journal has a gap", { file: path, from: lastRev + 1, to: event.rev - 1 });
        }
        await file.appendFile(`${JSON.stringify(event)}\n`);
        await file.sync();
        lastRev = event.rev;
      }),
    close: () => file.close(),
  };
}

async function readTail(file: FileHandle): Promise<{ lastRev: number; wholeBytes: number; sizeBytes: number }> {
  const { size } = await file.stat();
  const start = Math.max(0, size - TAIL_BYTES);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
  const tail = buffer.subarray(0, bytesRead);
  const wholeBytes = start + tail.lastIndexOf("\n") + 1;
  const lines = tail.toString("utf8").split("\n").slice(0, -1);
  const lastRev = lines.reduceRight((found, line) => (found > 0 ? found : revOf(line)), 0);
  return { lastRev, wholeBytes, sizeBytes: size };
}

/** 0 for a line that is damaged. */
function revOf(line: string): number {
  try {
    return JournalEvent.parse(JSON.parse(line)).rev;
  } catch {
    return 0;
  }
}
