// The artifacts of a reviewer's run: prompt, output, diagnostics, result. Kept on the server for operators; what the
// pull request shows comes from the state file.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PermanentError } from "../errors.ts";
import type { Runs } from "../ports.ts";

/** Options of `fileRuns`. `redact` takes known secrets out of every text before it reaches the disk. */
export type FileRunsOptions = { dataDir: string; redact(text: string): string };

/** Most bytes of one artifact; head and tail are kept, with an exact count of what is missing between them. */
const MAX_BYTES = 2_000_000;

/** The `Runs` port: `$RONDO_DATA_DIR/runs/<run-id>/`, readable by the owner alone. */
export function fileRuns({ dataDir, redact }: FileRunsOptions): Runs {
  return {
    async save(repo, runId, files) {
      if (!/^[A-Za-z0-9._-]{1,150}$/.test(runId))
        throw new PermanentError(`${runId} is no run id.`, { code: "RUN_ID_INVALID" });
      const folder = join(dataDir, "runs", runId);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFile(join(folder, "repo.txt"), `${repo}\n`, { mode: 0o600 });
      for (const [name, text] of Object.entries(files)) {
        await writeFile(join(folder, name), cap(redact(text), name), { mode: 0o600 });
      }
    },
  };
}

function cap(text: string, name: string): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= MAX_BYTES) return text;
  const half = MAX_BYTES / 2;
  const left = bytes.length - MAX_BYTES;
  return `${bytes.subarray(0, half).toString("utf8")}\n...truncated ${left} bytes (full text of ${name} was not kept)...\n${bytes.subarray(-half).toString("utf8")}`;
}
