// Tries the sandbox of the reviewer `codex` on this machine, as the user who runs it, and prints what it found as JSON:
//
//   node scripts/probe-sandbox.mjs [/path/to/codex] [FOLDER]
//
// Needs the build (`npm run build`); RONDO_TEST_DIST names another one. Exit code 0 when nothing got through.
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const dist = resolve(process.env.RONDO_TEST_DIST ?? "dist", "src");
const load = (file) => import(pathToFileURL(join(dist, file)).href);
const { findCodex } = await load("reviewers/codex/find-codex.js");
const { builtParts, tryShell } = await load("reviewers/codex/shell.js");
const path = process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin";

const codex = await findCodex({ bin: process.argv[2] ?? process.env.RONDO_CODEX_BIN ?? null, path });
if ("problem" in codex) {
  process.stderr.write(`${codex.problem} ${codex.hint}\n`);
  process.exit(69);
}
const workDir = process.argv[3] ?? join(tmpdir(), `rondo-probe-${process.pid}`);
const startedAt = performance.now();
const shell = await tryShell(codex, { path, workDir, parts: builtParts(), sockets: [] });
const durationMs = Math.round(performance.now() - startedAt);
process.stdout.write(`${JSON.stringify({ uid: process.getuid(), ...shell, durationMs })}\n`);
process.exit(shell.kind === "commands" ? 0 : 1);
