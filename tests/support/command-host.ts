// Runs many commands of the built `rondo` in one process (command-host.mjs), because most of what a command costs is its
// start: 0.3 s of computing, before it does anything. What belongs to a process of its own (that it ends, signals, pipes)
// is asserted with run-rondo.ts, at least once a command.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll } from "vitest";
import { z } from "zod";
import type { RondoRun } from "./run-rondo.ts";

const Answer = z.object({ id: z.number(), code: z.number().nullable(), out: z.string(), err: z.string() });

/** Call at the top of a test file. The answer takes what `runRondo` takes; commands run in the order they were asked for. */
export function useCommandHost() {
  let child: ChildProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let asked = 0;
  beforeAll(async () => {
    child = fork("tests/support/command-host.mjs", { serialization: "advanced", execArgv: [] });
    await once(child, "message");
  }, 60_000);
  afterAll(async () => {
    if (child === undefined || child.exitCode !== null) return;
    const exit = once(child, "exit");
    child.disconnect();
    await exit;
  });

  async function ask(host: ChildProcess, request: object): Promise<RondoRun> {
    const id = ++asked;
    const { id: answered, ...run } = Answer.parse(await answerOf(host, { id, ...request }));
    if (answered !== id) throw new Error(`the answer to command ${answered} came for command ${id}`);
    return run;
  }

  return function runInHost(
    args: readonly string[],
    { cwd, env = {}, stdin = "" }: { cwd: string; env?: Record<string, string>; stdin?: string | Uint8Array },
  ): Promise<RondoRun> {
    const host = child;
    if (host === undefined) throw new Error("there is no host yet: call this inside of a test");
    const whole = { PATH: process.env["PATH"] ?? "", HOME: cwd, ...env };
    const run = last.then(() => ask(host, { args, cwd, env: whole, stdin }));
    last = run.catch(() => {});
    return run;
  };
}

function answerOf(host: ChildProcess, request: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new Error(`the host of commands ended with exit code ${code}`));
    host.once("exit", onExit);
    host.once("message", (message) => {
      host.off("exit", onExit);
      resolve(message);
    });
    host.send(request);
  });
}
