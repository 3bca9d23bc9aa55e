// Starts codex once and waits for its end: inside the sandbox with commands, or on this machine without any. Everything
// that can go on for ever has its own limit here, because codex itself has none for a run.
import { INSIDE, sandboxed } from "../../sandbox/bubblewrap.ts";
import { SANDBOX_LIMITS } from "../../sandbox/limits.ts";
import type { Gateway } from "../../gateway/contract.ts";
import type { ReviewLimits } from "../../reviewer.ts";
import { run, type Ending } from "../../subprocess/run.ts";
import { build, type CodexCall, TOKEN_VARIABLE } from "./build.ts";
import { type CodexEvents, readCodexEvents } from "./events.ts";
import type { Codex } from "./find-codex.ts";
import { collectLines } from "./lines.ts";
import type { RunFolder } from "./run-folder.ts";
import { codexInside, ENVIRONMENT_INSIDE, READABLE, type SandboxParts, type Shell, shownCodex } from "./shell.ts";

/** What is started. `tree`: the checkout, null where codex gets no commands. */
export type CodexRun = {
  codex: Codex;
  shell: Shell;
  parts: SandboxParts;
  folder: RunFolder;
  tree: string | null;
  model: string;
  gateway: Pick<Gateway, "baseUrl" | "token">;
  question: string;
  /** Milliseconds until the first output; left out: a minute. */
  firstByteMs?: number;
};

export type CodexResult = { ending: Ending; events: CodexEvents; stderr: string; durationMs: number };

/** codex says `thread.started` within a second; on a machine under load it may take many. */
const FIRST_BYTE_MS = 60_000;
/** Longer than a model thinks between two steps; the gateway's own limits fire first when the endpoint is silent. */
const SILENCE_MS = 20 * 60_000;
/** A message of the largest size that is kept, in JSON; command output may be longer and is not read. */
const LINE_BYTES = 8 * 1024 * 1024;
/** Everything that codex may print, output of commands included. */
const STREAM_BYTES = 256 * 1024 * 1024;
const STDERR_BYTES = 256 * 1024;

/** Never rejects for what codex does. */
export async function spawnCodex(codexRun: CodexRun, limits: ReviewLimits, signal: AbortSignal): Promise<CodexResult> {
  const command =
    codexRun.shell.kind === "commands" && codexRun.tree !== null
      ? inside(codexRun, codexRun.shell.bubblewrap, codexRun.tree)
      : outside(codexRun);
  const lines = collectLines({ lineBytes: LINE_BYTES }, isRead);
  const stop = new AbortController();
  let cause: Ending | null = null;
  const stopAs = (ending: Ending): void => {
    cause ??= ending;
    stop.abort();
  };
  const firstByteMs = Math.min(codexRun.firstByteMs ?? FIRST_BYTE_MS, limits.timeoutMs);
  const firstByte = setTimeout(stopAs, firstByteMs, { kind: "timedOut", limit: "silence", limitMs: firstByteMs });
  const result = await run(
    { ...command, stdin: codexRun.question },
    {
      timeoutMs: limits.timeoutMs,
      silenceMs: limits.silenceMs ?? SILENCE_MS,
      maxOutputBytes: STDERR_BYTES,
      onTooLarge: "truncate",
    },
    {
      signal: AbortSignal.any([signal, stop.signal]),
      onStdout(chunk) {
        clearTimeout(firstByte);
        lines.add(chunk);
        if (lines.bytes > STREAM_BYTES) stopAs({ kind: "outputTooLarge", limitBytes: STREAM_BYTES });
      },
    },
  ).finally(() => clearTimeout(firstByte));
  const read = lines.end();
  const ending = result.ending.kind === "cancelled" && cause !== null && !signal.aborted ? cause : result.ending;
  const stderr = result.stderr.toString("utf8");
  // The review may have been in it: what is left must not pass for all that was said.
  const isCut = read.dropped.some((start) => start.includes('"type":"agent_message"'));
  const cut: Ending = { kind: "outputTooLarge", limitBytes: LINE_BYTES };
  const events = readCodexEvents(read.lines);
  return { ending: isCut && ending.kind === "completed" ? cut : ending, events, stderr, durationMs: result.durationMs };
}

/** Output of commands makes up most of a stream and is nobody's evidence. */
function isRead(start: string): boolean {
  return start.startsWith("{") && !/^\{"type":"item\.(?:started|updated)"/.test(start);
}

type Program = { file: string; args: string[]; cwd: string; env: Record<string, string> };

function inside({ codex, parts, folder, model, gateway }: CodexRun, bubblewrap: string, tree: string): Program {
  const settings = "/etc/rondo";
  const call: CodexCall = {
    model,
    shell: "commands",
    cwd: INSIDE.work,
    schemaFile: `${settings}/schema.json`,
    rubricFile: `${settings}/rubric.md`,
    baseUrl: `http://127.0.0.1:${INSIDE.port}/v1`,
    readable: READABLE,
  };
  const { file, args } = sandboxed({
    bubblewrap,
    ...parts,
    socket: socketOf(folder),
    shown: [
      shownCodex(codex),
      { from: folder.schemaFile, to: call.schemaFile },
      { from: folder.rubricFile, to: call.rubricFile },
      { from: folder.context, to: `${INSIDE.work}/context` },
      { from: tree, to: `${INSIDE.work}/repo` },
    ],
    cwd: INSIDE.work,
    limits: SANDBOX_LIMITS,
    argv: [codexInside(codex), ...build(call)],
  });
  return { file, args, cwd: "/", env: { ...ENVIRONMENT_INSIDE, [TOKEN_VARIABLE]: gateway.token } };
}

function outside({ codex, folder, model, gateway }: CodexRun): Program {
  const { home, tmp, wrapper, schemaFile, rubricFile } = folder;
  const call: CodexCall = {
    model,
    shell: "none",
    cwd: wrapper,
    schemaFile,
    rubricFile,
    baseUrl: gateway.baseUrl,
    readable: [],
  };
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: home, CODEX_HOME: home, TMPDIR: tmp, LANG: "C.UTF-8" };
  return { file: codex.file, args: build(call), cwd: wrapper, env: { ...env, [TOKEN_VARIABLE]: gateway.token } };
}

/** The gateway's socket on this machine; only the sandbox is shown it. */
export function socketOf({ socketFolder }: Pick<RunFolder, "socketFolder">): string {
  return `${socketFolder}/gateway.sock`;
}
