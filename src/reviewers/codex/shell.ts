// Whether the model may run commands here. It may when everything that a hostile command could try was tried in the
// sandbox first and nothing got through; otherwise codex runs without commands, and says so. Nobody can override that.
import { access, constants } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { INSIDE, type Shown } from "../../sandbox/bubblewrap.ts";
import { probe, type ProbeReport } from "../../sandbox/probe.ts";
import { buildProbe } from "./build.ts";
import type { Codex } from "./find-codex.ts";

/** The decision. `reason` is a sentence part for operators; `report` is null where nothing could be tried. */
export type Shell =
  | { kind: "commands"; bubblewrap: string; report: ProbeReport }
  | { kind: "none"; reason: string; report: ProbeReport | null };

/** The parts of the sandbox that run inside it; compiled files, which stand in the build. */
export type SandboxParts = { node: string; forwarder: string; probeScript: string };

export type ShellOptions = {
  path: string;
  workDir: string;
  parts: SandboxParts;
  /** Sockets that must not be reachable from commands. */
  sockets: readonly string[];
};

/** codex's folder inside the sandbox. */
export const CODEX_INSIDE = "/opt/codex";

/** Folders that commands may read beside the checkout: helper programs of codex and of the sandbox. */
export const READABLE = [CODEX_INSIDE, INSIDE.tools] as const;

/** The environment of codex inside the sandbox. */
export const ENVIRONMENT_INSIDE: Readonly<Record<string, string>> = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  HOME: INSIDE.home,
  CODEX_HOME: INSIDE.home,
  TMPDIR: INSIDE.tmp,
  LANG: "C.UTF-8",
};

/** Where the compiled parts are, seen from this file in the build. */
export function builtParts(): SandboxParts {
  return { node: process.execPath, forwarder: builtFile("forwarder"), probeScript: builtFile("probe-script") };
}

function builtFile(name: string): string {
  return fileURLToPath(new URL(`../../sandbox/${name}.js`, import.meta.url));
}

/** Tries the sandbox; takes a second or two. */
export async function tryShell(codex: Codex, options: ShellOptions): Promise<Shell> {
  const { path, parts, workDir, sockets } = options;
  if (process.platform !== "linux") return { kind: "none", reason: "the sandbox needs Linux", report: null };
  const bubblewrap = await findBubblewrap(codex, path);
  if (bubblewrap === null) return { kind: "none", reason: "bubblewrap (bwrap) is not installed", report: null };
  const subject = {
    bubblewrap,
    ...parts,
    shown: [shownCodex(codex)],
    inner: [codexInside(codex), ...buildProbe(INSIDE.work, READABLE)],
    env: ENVIRONMENT_INSIDE,
    workDir,
    sockets,
  };
  const report = await probe(subject, AbortSignal.timeout(60_000));
  if (report.problem !== null) return { kind: "none", reason: `the sandbox cannot be used: ${report.problem}`, report };
  if (report.leaked.length > 0) {
    return { kind: "none", reason: `the sandbox lets through: ${report.leaked.join(", ")}`, report };
  }
  return { kind: "commands", bubblewrap, report };
}

/** `sandbox: 21 of 21 escapes blocked` or `no commands`, for labels and logs. */
export function describeShell({ kind, report }: Shell): string {
  if (kind === "commands" && report !== null) return `sandbox: ${report.blocked} of ${report.total} escapes blocked`;
  return "no commands";
}

/** The program's folder, or the program alone, as the sandbox shows it. */
export function shownCodex({ root, file }: Codex): Shown {
  return root === null ? { from: file, to: `${CODEX_INSIDE}/bin/codex` } : { from: root, to: CODEX_INSIDE };
}

/** Path of the program inside. */
export function codexInside({ root, file }: Codex): string {
  return root === null ? `${CODEX_INSIDE}/bin/codex` : `${CODEX_INSIDE}${file.slice(root.length)}`;
}

/** The system's, or the one that comes with codex. */
async function findBubblewrap({ root }: Codex, path: string): Promise<string | null> {
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
  const own = root === null ? [] : [join(root, "codex-resources")];
  for (const folder of [...folders, ...own]) {
    const file = join(folder, "bwrap");
    const isThere = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return file;
  }
  return null;
}
