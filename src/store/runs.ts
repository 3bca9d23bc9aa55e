// The artifacts of a reviewer's run: prompt, output, diagnostics, result. Kept on the server for operators; what the
// pull request shows comes from the state file.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PermanentError } from "../errors.ts";
import type { Runs } from "../ports.ts";
import { writing } from "./file-errors.ts";

/** Options of `fileRuns`. `redact` takes known secrets out of every text before it reaches the disk. */
export type FileRunsOptions = { dataDir: string; redact(text: string): string };

/** Most bytes of a text that is shown; of a longer one head and tail are shown, and all of it is kept beside. */
const MAX_SHOWN_BYTES = 400_000;
/** Most bytes that are kept of a text at all; what reviewers may print is capped before (limits.output_bytes). */
const MAX_KEPT_BYTES = 20_000_000;

/** The `Runs` port: `$RONDO_DATA_DIR/runs/<run-id>/`, readable by the owner alone. */
export function fileRuns({ dataDir, redact }: FileRunsOptions): Runs {
  return {
    async save(repo, runId, files) {
      if (!/^[A-Za-z0-9._-]{1,150}$/.test(runId))
        throw new PermanentError(`${runId} is no run id.`, { code: "RUN_ID_INVALID" });
      const folder = join(dataDir, "runs", runId);
      await writing(folder, async () => {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(join(folder, "repo.txt"), `${repo}\n`, { mode: 0o600 });
        for (const [name, text] of Object.entries(files)) {
          // Redacted before it is cut: half a secret would be a secret still, and no longer be found.
          for (const [file, content] of parts(name, Buffer.from(redact(text), "utf8")))
            await writeFile(join(folder, file), content, { mode: 0o600 });
        }
      });
    },
  };
}

/** The files of one artifact: itself, or head and tail with a line between them that says how much is missing and where. */
function parts(name: string, bytes: Buffer): [file: string, content: Buffer][] {
  const kept = bytes.subarray(0, startOfCharacter(bytes, MAX_KEPT_BYTES));
  // Half a JSON text is none.
  if (kept.length <= MAX_SHOWN_BYTES || name.endsWith(".json")) return [[name, kept]];
  const headEnd = startOfCharacter(bytes, MAX_SHOWN_BYTES / 2);
  const tailStart = startOfCharacter(bytes, bytes.length - MAX_SHOWN_BYTES / 2);
  const full = `full-${name}`;
  const what = name === "diagnostics.txt" ? "stderr" : "text";
  const line = `\n...truncated ${tailStart - headEnd} bytes (full ${what} in ${full})...\n`;
  return [
    [name, Buffer.concat([bytes.subarray(0, headEnd), Buffer.from(line), bytes.subarray(tailStart)])],
    [full, kept],
  ];
}

/** The last place at or before `at` where a character of UTF-8 begins; the end when `at` is behind it. */
function startOfCharacter(bytes: Buffer, at: number): number {
  let start = Math.min(at, bytes.length);
  while (start > 0 && start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start--;
  return start;
}
