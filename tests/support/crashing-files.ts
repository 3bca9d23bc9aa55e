// Breaks the file system under the code that is tested, at any one of its operations: as a crash (that operation and
// all later ones never happen) or as an error (that one operation fails). The functions of `node:fs/promises` are
// replaced for the time of one call, so the production code has no seam for it.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** Operations that change something on disk; reads do not count, they cannot tear anything. */
const CHANGES = ["open", "mkdir", "rename", "link", "copyFile", "rm", "writeFile"] as const;
const HANDLE_CHANGES = ["writeFile", "appendFile", "sync", "truncate"] as const;

/** What stands for a process that is no more. */
export class Crash extends Error {
  override readonly name = "Crash";
}

export type Breakage = {
  /** 0-based number of the operation that breaks; Infinity breaks none and only counts. */
  at: number;
  /** `crash`: nothing happens from here on. `tear`: half of what should be written is, then like `crash`. */
  how: "crash" | "tear" | NodeJS.ErrnoException;
};

/** Runs `work` with the breakage in place. Resolves to the operations that were asked for, as in `rename /path`. */
export async function breakingFiles(
  { at, how }: Breakage,
  work: () => Promise<unknown>,
): Promise<{ operations: number; asked: readonly string[]; error: unknown }> {
  const asked: string[] = [];
  let isGone = false;
  /** True when the operation may go on. Throws instead of it otherwise. */
  const step: Take = async (name, path, tear) => {
    const isHere = asked.push(`${name} ${String(path)}`) - 1 === at;
    if (isHere && how === "tear") await tear?.();
    if (isHere && how instanceof Error) throw how;
    if (isHere || isGone) {
      isGone = !(how instanceof Error);
      throw new Crash();
    }
  };
  const original = { ...fs.promises };
  for (const name of CHANGES) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one wrapper for functions of any shape
    const call = fs.promises[name] as (...args: unknown[]) => Promise<unknown>;
    Object.assign(fs.promises, {
      [name]: async (...args: unknown[]) => {
        await step(name, args[0]);
        const result = await call(...args);
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `open` resolves to
        return name === "open" ? broken(result as fs.promises.FileHandle, args[0], step) : result;
      },
    });
  }
  syncBuiltinESMExports();
  try {
    await work();
    return { operations: asked.length, asked, error: undefined };
  } catch (error) {
    return { operations: asked.length, asked, error };
  } finally {
    Object.assign(fs.promises, original);
    syncBuiltinESMExports();
  }
}

/** Counts an operation and lets it happen, or throws. `tear` does half of it. */
type Take = (name: string, path: unknown, tear?: () => Promise<unknown>) => Promise<void>;

function broken(handle: fs.promises.FileHandle, path: unknown, step: Take): fs.promises.FileHandle {
  for (const name of HANDLE_CHANGES) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one wrapper for functions of any shape
    const call = (handle[name] as (...args: unknown[]) => Promise<unknown>).bind(handle);
    Object.assign(handle, {
      [name]: async (...args: unknown[]) => {
        const [content] = args;
        await step(name, path, async () => {
          if (typeof content === "string") await call(content.slice(0, content.length / 2));
        });
        return call(...args);
      },
    });
  }
  return handle;
}
