// Runs a command of `rondo` to its end, as a process of the built program, in a folder of the test's choice.
import { spawn } from "node:child_process";
import { resolve } from "node:path";

export type RondoRun = { code: number | null; out: string; err: string };

/** The environment is exactly PATH, HOME and `env`; `stdin` is empty unless given. */
export async function runRondo(
  args: readonly string[],
  { cwd, env = {}, stdin = "" }: { cwd: string; env?: Record<string, string>; stdin?: string | Uint8Array },
): Promise<RondoRun> {
  const main = resolve(process.env["RONDO_TEST_DIST"] ?? "dist", "src/cli/main.js");
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: cwd, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  // A command that does not read its input closes it.
  child.stdin.on("error", () => {});
  child.stdin.end(stdin);
  const code = await new Promise<number | null>((wake) => child.once("close", wake));
  return { code, out, err };
}
