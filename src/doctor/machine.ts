// Checks of the machine: the Node.js and the git that run here, and what a sandbox could be made of.
import { tmpdir } from "node:os";
import { codexPlace } from "../choose-reviewers.ts";
import { childEnvironment } from "../config.ts";
import { lookAtCodex } from "../reviewers/codex/open-codex.ts";
import { describeShell } from "../reviewers/codex/shell.ts";
import type { Settings } from "../settings.ts";
import { run } from "../subprocess/run.ts";
import { nodeRange } from "../version.ts";
import { missing, ok, warning, type Check, type Finding } from "./check.ts";

/** Node.js, git, sandbox. */
export function machineChecks(settings: Pick<Settings, "model" | "dataDir">): readonly Check[] {
  const group = "Machine";
  return [
    {
      id: "node",
      group,
      title: "Node.js",
      of: "any",
      run: async () => judgeNode(process.versions.node, nodeRange),
    },
    { id: "git", group, title: "git", of: "worker", run: async () => judgeGit(await firstLine("git", ["--version"])) },
    {
      id: "sandbox",
      group,
      title: "Sandbox",
      of: "worker",
      run: async () => judgeSandbox(await lookAtCodex(codexPlace(settings))),
    },
  ];
}

/** `range` as package.json's `engines.node` writes it: `^20.19.0 || >=22.12.0`. */
export function judgeNode(version: string, range: string): Finding {
  if (range.split("||").some((part) => fits(version, part.trim()))) return ok(`${version} (${range})`);
  return missing(`Node.js ${version} is not one of ${range}.`, "Install the current LTS version of Node.js.");
}

/** safe.bareRepository, which keeps a checkout from configuring git, came with 2.38 (https://git-scm.com/docs/git-config). */
const OLDEST_GIT = "2.38.0";

/** `line` is what `git --version` prints, null when there is no git. */
export function judgeGit(line: string | null): Finding {
  const version = /\d+\.\d+(?:\.\d+)?/.exec(line ?? "")?.[0];
  if (version === undefined) return missing("git is not installed.", `Install git ${OLDEST_GIT} or newer.`);
  if (fits(version, `>=${OLDEST_GIT}`)) return ok(version);
  return missing(
    `git ${version} is too old.`,
    `Install git ${OLDEST_GIT} or newer: older ones obey what a checkout says.`,
  );
}

/** What is known of codex and the sandbox for its commands. Without codex nothing needs a sandbox. */
export function judgeSandbox({ codex, shell }: Awaited<ReturnType<typeof lookAtCodex>>): Finding {
  const embedded = "static rules run in a child process without secrets, memory and time capped";
  if ("problem" in codex || shell === null) return ok(`${embedded}; codex, which would need a sandbox, is not here`);
  if (shell.kind === "commands") return ok(`${embedded}; codex may run commands (${describeShell(shell)})`);
  return warning(
    `codex ${codex.version} runs without commands, with the change in its prompt: ${shell.reason}.`,
    "To let it look around in the code: docs/codex-reviewer.md, section The sandbox.",
  );
}

async function firstLine(file: string, args: readonly string[]): Promise<string | null> {
  const { ending, stdout } = await runQuietly(file, args);
  return ending.kind === "completed" ? (stdout.toString("utf8").split("\n")[0] ?? "") : null;
}

function runQuietly(file: string, args: readonly string[]): ReturnType<typeof run> {
  const env = childEnvironment();
  return run({ file, args, cwd: tmpdir(), env }, { timeoutMs: 5000, maxOutputBytes: 4096, onTooLarge: "truncate" });
}

/** `^1.2.3` (same major, not older) or `>=1.2.3`. */
function fits(version: string, range: string): boolean {
  const [major = 0, minor = 0, patch = 0] = numbersOf(version);
  const [wantedMajor = 0, wantedMinor = 0, wantedPatch = 0] = numbersOf(range);
  if (range.startsWith("^") && major !== wantedMajor) return false;
  return major !== wantedMajor
    ? major > wantedMajor
    : minor !== wantedMinor
      ? minor > wantedMinor
      : patch >= wantedPatch;
}

function numbersOf(text: string): readonly number[] {
  return (/\d+(?:\.\d+)*/.exec(text)?.[0] ?? "").split(".").map(Number);
}
