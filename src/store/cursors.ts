// How far the lists of a repository's comments were read, one small file a repository. Losing one costs nothing but a
// second look: a comment acts once, because its pull request remembers it.
import { join } from "node:path";
import { z } from "zod";
import type { Cursors } from "../ports.ts";
import { ensureFolder, writeAtomic } from "./atomic-write.ts";
import { readRegular } from "./read-regular.ts";

const Cursor = z.object({ issue_comment: z.iso.datetime(), review_comment: z.iso.datetime() });

/** The `Cursors` port in `cursors/<repository id>.json` of the data folder. A file that cannot be read counts as none. */
export function fileCursors(dataDir: string): Cursors {
  const folder = join(dataDir, "cursors");
  const fileOf = (repoId: number): string => join(folder, `${repoId}.json`);
  return {
    async read(repoId) {
      const text = (await readRegular(fileOf(repoId)))?.toString("utf8") ?? "null";
      const parsed = Cursor.safeParse(parseJson(text));
      return parsed.success ? parsed.data : null;
    },
    async write(repoId, cursor) {
      await ensureFolder(folder);
      await writeAtomic(fileOf(repoId), `${JSON.stringify(cursor)}\n`);
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
