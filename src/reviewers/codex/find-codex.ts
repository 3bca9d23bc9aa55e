// Finds the codex program of this machine. npm installs a small script that starts the real program and stays its parent;
// killing the script would leave codex running, so the real program is looked up and started itself. Only the version that
// the tests ran with is taken: its flags, its sandbox and its answers are what everything here rests on.
import { readFileSync } from "node:fs";
import { access, constants, open, realpath, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { tmpdir } from "node:os";
import { run } from "../../subprocess/run.ts";

/** The one version; the Dockerfile and `.ci/run` read it from here. */
export const CODEX_VERSION = "0.169.0";

/** How an operator gets it. */
export const CODEX_INSTALL = `npm install --global @openai/codex@${CODEX_VERSION}`;

/** The program: absolute paths. `root` is the folder with its helpers, null for a program that stands alone. */
export type Codex = { file: string; root: string | null; version: string; identity: string };

/** Why there is none, and what to do. `isAbsent`: nothing was found, as opposed to something that cannot be used. */
export type NoCodex = { problem: string; hint: string; isAbsent: boolean };

/** Looks at `bin` (RONDO_CODEX_BIN), or for `codex` in the folders of `path`. Starts it once, to ask for its version. */
export async function findCodex(where: { bin: string | null; path: string }): Promise<Codex | NoCodex> {
  const found = where.bin === null ? await onPath(where.path) : await usable(where.bin);
  if (found === null) {
    const place = where.bin === null ? "on PATH" : `at ${where.bin} (RONDO_CODEX_BIN)`;
    return none(`codex was not found ${place}, or is not executable.`, true);
  }
  const file = await nativeProgram(found);
  if (file === null) return none(`${found} is not the codex program, nor npm's script that starts it.`, false);
  const version = await readVersion(file);
  if (version === null) return none(`${file} did not say its version; it may be damaged.`, false);
  if (version !== CODEX_VERSION)
    return none(`codex is version ${version}; this version of Rondo works with ${CODEX_VERSION} only.`, false);
  const identity = await identityOf(file);
  if (identity === null) return none(`${file} went away while it was looked at.`, true);
  const root = dirname(dirname(file));
  return { file, root: hasPackage(root) ? root : null, version, identity };
}

/** True while the program is the very file that was found: neither replaced nor changed. */
export async function isSameCodex(codex: Codex): Promise<boolean> {
  return (await identityOf(codex.file)) === codex.identity;
}

function none(problem: string, isAbsent: boolean): NoCodex {
  return { problem, hint: `Install it with: ${CODEX_INSTALL} (or name the program in RONDO_CODEX_BIN).`, isAbsent };
}

async function onPath(path: string): Promise<string | null> {
  for (const folder of path.split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const found = await usable(join(folder, "codex"));
    if (found !== null) return found;
  }
  return null;
}

/** The file behind the links, when it may be executed. */
async function usable(file: string): Promise<string | null> {
  try {
    await access(file, constants.X_OK);
    const real = await realpath(file);
    return (await stat(real)).isFile() ? real : null;
  } catch {
    return null;
  }
}

/** The program itself: the file, or the one that npm's script would start. */
async function nativeProgram(file: string): Promise<string | null> {
  if (await isBinary(file)) return file;
  const target = TARGETS[`${process.platform}-${process.arch}`];
  if (target === undefined) return null;
  try {
    const manifest = createRequire(file).resolve(`@openai/codex-${process.platform}-${process.arch}/package.json`);
    const native = await usable(join(dirname(manifest), "vendor", target, "bin", "codex"));
    return native !== null && (await isBinary(native)) ? native : null;
  } catch {
    return null;
  }
}

/** Rust's names of the platforms, as npm's packages of codex use them. */
const TARGETS: Readonly<Record<string, string>> = {
  "linux-x64": "x86_64-unknown-linux-musl",
  "linux-arm64": "aarch64-unknown-linux-musl",
  "darwin-x64": "x86_64-apple-darwin",
  "darwin-arm64": "aarch64-apple-darwin",
};

/** First bytes of ELF and Mach-O programs; a script begins with `#!`. */
async function isBinary(file: string): Promise<boolean> {
  try {
    const handle = await open(file);
    try {
      const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
      return ["7f454c46", "cffaedfe", "cafebabe"].includes(buffer.toString("hex"));
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
}

async function readVersion(file: string): Promise<string | null> {
  // A home that is not there: nothing is read from one, and nothing is left in one.
  const env = { PATH: "/usr/bin:/bin", HOME: "/nonexistent", CODEX_HOME: "/nonexistent", LANG: "C.UTF-8" };
  const limits = { timeoutMs: 10_000, maxOutputBytes: 4096, onTooLarge: "truncate" } as const;
  const { ending, stdout } = await run({ file, args: ["--version"], cwd: tmpdir(), env }, limits);
  if (ending.kind !== "completed") return null;
  return /^codex-cli (\d+\.\d+\.\d+\S*)/.exec(stdout.toString("utf8"))?.[1] ?? null;
}

async function identityOf(file: string): Promise<string | null> {
  const found = await stat(file, { bigint: true }).catch(() => null);
  return found === null ? null : `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}`;
}

function hasPackage(root: string): boolean {
  try {
    return readFileSync(join(root, "codex-package.json"), "utf8") !== "";
  } catch {
    return false;
  }
}
