// When a pull request came into the state it is in: the state file does not say, the journal does.
import { open } from "node:fs/promises";
import { locate, type StateRef } from "./paths.ts";
import { reading, systemCode } from "./file-errors.ts";
import { JournalEvent } from "./state-file.ts";

/** The end of the journal that is read; a few hundred events. */
const TAIL_BYTES = 256 * 1024;

/**
 * UTC time of the event that led into `state`, as far back as the end of the journal reaches. null when its last line
 * tells of another state, or there is no line. Damaged lines are passed over.
 */
export async function readStateSince(dataDir: string, ref: StateRef, state: string): Promise<string | null> {
  const { journal } = await locate(dataDir, ref);
  let since: string | null = null;
  for (const line of (await readTail(journal)).split("\n").toReversed()) {
    const event = parse(line);
    if (event === undefined) continue;
    if (event.state !== state) break;
    since = event.at;
  }
  return since;
}

async function readTail(path: string): Promise<string> {
  return reading(path, async () => {
    const file = await open(path, "r").catch((error: unknown) => {
      if (systemCode(error) === "ENOENT") return undefined;
      throw error;
    });
    if (file === undefined) return "";
    try {
      const { size } = await file.stat();
      const start = Math.max(0, size - TAIL_BYTES);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
      return buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  });
}

function parse(line: string): JournalEvent | undefined {
  try {
    return JournalEvent.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
