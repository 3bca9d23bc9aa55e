// Real programs that misbehave in every way we could think of; after each one nothing may be left running.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { describe, expect, onTestFinished, test } from "vitest";
import { runOwner, sweepOrphans } from "../../src/subprocess/sweep.ts";
import { run, type RunLimits, type RunOptions, type RunResult } from "../../src/subprocess/run.ts";

const limits: RunLimits = { timeoutMs: 10_000, maxOutputBytes: 1_000_000, onTooLarge: "kill" };
const env = { PATH: "/usr/local/bin:/usr/bin:/bin" };

function sh(script: string, change: Partial<RunLimits> = {}, options: RunOptions = {}): Promise<RunResult> {
  return run({ file: "/bin/sh", args: ["-c", script], cwd: "/", env }, { ...limits, ...change }, options);
}

function node(script: string, change: Partial<RunLimits> = {}, options: RunOptions = {}): Promise<RunResult> {
  return run({ file: process.execPath, args: ["-e", script], cwd: "/", env }, { ...limits, ...change }, options);
}

function limited(file: string, args: readonly string[], megabytes: number): Promise<RunResult> {
  return run({ file, args, cwd: "/", env, maxMemoryBytes: megabytes * 1024 ** 2 }, limits);
}

/** True while the process is there and no zombie. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

const ELSEWHERE = ["--pid", "--fork", "--kill-child", "--mount-proc"];
const canUnshare = process.platform === "linux" && spawnSync("unshare", [...ELSEWHERE, "true"]).status === 0;
if (!canUnshare)
  process.stderr.write("SKIPPED: this user may not make process namespaces; reaping across them is not tested\n");

/** The number that a process of another namespace, which runs this script and has this number there, has here. */
function hostPidOf(inner: number, script: string): number {
  const pid = readdirSync("/proc").find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const isInner = new RegExp(`^NSpid:.*\\s${inner}$`, "m").test(readFileSync(`/proc/${name}/status`, "latin1"));
      return isInner && readFileSync(`/proc/${name}/cmdline`, "latin1").split("\0")[2] === script;
    } catch {
      return false;
    }
  });
  if (pid === undefined) throw new Error(`process ${inner} of the other namespace is not there`);
  return Number(pid);
}

describe("a memory limit", () => {
  const hog = ["-c", "x=$(head -c 300000000 /dev/zero | tr '\\0' x); echo ${#x}"];

  test("ends a program that asks for more", async () => {
    const { ending, stdout } = await limited("/bin/sh", hog, 100);

    expect(ending.kind).not.toBe("completed");
    expect(stdout.toString()).toBe("");
    expect((await limited("/bin/sh", hog, 4000)).ending).toEqual({ kind: "completed" });
  });

  test("leaves arguments alone, whatever stands in them", async () => {
    const { stdout } = await limited("printf", ["%s|", "$(id)", "a b", "-n", "'\""], 500);

    expect(stdout.toString()).toBe("$(id)|a b|-n|'\"|");
  });

  test("still tells that a program is not there", async () => {
    expect((await limited("no-such-program", [], 500)).ending).toEqual({
      kind: "notInstalled",
      file: "no-such-program",
    });
  });
});

describe("endings", () => {
  test("completed, with both outputs and nothing inherited", async () => {
    const result = await sh("env | sed s/=.*// | sort; echo err >&2");

    expect(result.ending).toEqual({ kind: "completed" });
    expect(result.stdout.toString()).toBe("PATH\nPWD\nRONDO_RUN_ID\n");
    expect(result.stderr.toString()).toBe("err\n");
    expect(result.durationMs).toBeGreaterThan(0);
  });

  test.each([1, 2, 127, 255])("exitedWith %i", async (exitCode) => {
    expect((await sh(`exit ${exitCode}`)).ending).toEqual({ kind: "exitedWith", exitCode });
  });

  test.each(["SIGSEGV", "SIGTERM", "SIGKILL"])("killedBy %s", async (signal) => {
    expect((await sh(`kill -${signal.slice(3)} $$`)).ending).toEqual({ kind: "killedBy", signal });
  });

  test("timedOut, although the program ignores SIGTERM", async () => {
    const result = await sh("trap '' TERM INT HUP; echo started; while :; do sleep 1; done", { timeoutMs: 200 });

    expect(result.ending).toEqual({ kind: "timedOut", limit: "timeout", limitMs: 200 });
    expect(result.stdout.toString()).toBe("started\n");
    expect(result.durationMs).toBeLessThan(1_500);
  });

  test("timedOut by silence; output on either stream keeps it alive", async () => {
    const talks = await sh("for i in 1 2 3 4 5 6; do sleep 0.1; echo . >&2; done", { silenceMs: 400 });
    const hangs = await sh("echo hello; sleep 20", { silenceMs: 200 });

    expect(talks.ending).toEqual({ kind: "completed" });
    expect(hangs.ending).toEqual({ kind: "timedOut", limit: "silence", limitMs: 200 });
  });

  test("cancelled before the start and in the middle", async () => {
    const controller = new AbortController();
    const running = sh("sleep 20", {}, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);

    expect((await running).ending).toEqual({ kind: "cancelled" });
    expect((await sh("echo no", {}, { signal: controller.signal })).stdoutBytes).toBe(0);
  });

  test.each(["/no/such/program", "no-such-program-anywhere", "/etc/passwd"])("notInstalled: %s", async (file) => {
    const result = await run({ file, args: [], cwd: "/", env }, limits);

    expect(result.ending).toEqual({ kind: "notInstalled", file });
  });

  test("a missing working directory is not a missing program", async () => {
    const running = run({ file: "/bin/true", args: [], cwd: "/no/such/folder", env }, limits);

    await expect(running).rejects.toMatchObject({ name: "PermanentError", code: "COMMAND_CWD_MISSING" });
  });

  test.each([{ args: ["a\0b"] }, { args: ["x".repeat(3_000_000)] }])("a command that cannot be formed", async (bad) => {
    const running = run({ file: "/bin/true", cwd: "/", env, ...bad }, limits);

    await expect(running).rejects.toMatchObject({ name: "PermanentError", code: "COMMAND_INVALID" });
  });
});

describe("input and output", () => {
  test("10 MB through cat arrive byte for byte, invalid UTF-8 included", async () => {
    const stdin = Buffer.alloc(10_000_000, Buffer.from([0xff, 0x00, 0xc3, 0x0a]));
    const result = await run(
      { file: "/bin/cat", args: [], cwd: "/", env, stdin },
      { ...limits, maxOutputBytes: 20_000_000 },
    );

    expect(result.ending).toEqual({ kind: "completed" });
    expect(result.stdout.equals(stdin)).toBe(true);
  });

  test("a program that never reads its input ends as it likes", async () => {
    const stdin = "x".repeat(5_000_000);
    const closes = await run(
      { file: "/bin/sh", args: ["-c", "exec 0<&-; sleep 0.1; exit 3"], cwd: "/", env, stdin },
      limits,
    );
    const ends = await run({ file: "/bin/true", args: [], cwd: "/", env, stdin }, limits);

    expect(closes.ending).toEqual({ kind: "exitedWith", exitCode: 3 });
    expect(ends.ending).toEqual({ kind: "completed" });
  });

  test("a flood is cut: kill ends it, the kept bytes are the first ones", async () => {
    const result = await sh("yes", { maxOutputBytes: 1_001 });

    expect(result.ending).toEqual({ kind: "outputTooLarge", limitBytes: 1_001 });
    expect(result.stdout.toString()).toBe(`${"y\n".repeat(500)}y`);
  });

  test("100 MB with truncate: all is read and counted, little is kept, the end is still known", async () => {
    let seen = 0;
    const result = await sh(
      "head -c 100000000 /dev/zero; head -c 50 /dev/zero >&2; exit 7",
      { onTooLarge: "truncate", maxOutputBytes: 10 },
      { onStdout: (chunk) => (seen += chunk.length) },
    );

    expect(result.ending).toEqual({ kind: "exitedWith", exitCode: 7 });
    expect([result.stdout.length, result.stderr.length]).toEqual([10, 10]);
    expect([result.stdoutBytes, result.stderrBytes, seen]).toEqual([100_000_000, 50, 100_000_000]);
  });

  test("stderr alone above the cap kills as well", async () => {
    expect((await sh("yes >&2", { maxOutputBytes: 10 })).ending.kind).toBe("outputTooLarge");
  });

  test("the last bytes of a quick program are never lost, even when the event loop is busy", async () => {
    const running = sh("head -c 65000 /dev/zero");
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_200), 0);

    expect((await running).stdout.length).toBe(65_000);
  });

  test("a bug in the listener is told, after the program is gone", async () => {
    let group = 0;
    const running = sh(
      "echo x; sleep 20",
      {},
      {
        onSpawn: (pid) => (group = pid),
        onStdout: () => {
          throw new Error("listener bug");
        },
      },
    );

    await expect(running).rejects.toThrow("listener bug");
    expect(isAlive(group)).toBe(false);
  });
});

describe("nothing is left behind", () => {
  const strays: Record<string, string> = {
    "a background child of the group": "sleep 30 & echo $!",
    "a child in a session of its own": "setsid sh -c 'echo $$; exec sleep 30' & sleep 0.2",
    "a daemon: forked twice, own session, pipes closed":
      "setsid sh -c '(sleep 30 </dev/null >/dev/null 2>&1 & echo $!) &' & sleep 0.3",
    "a child that cleared its environment but stayed in the session": "env -i sleep 30 & echo $!",
  };

  test.each(Object.keys(strays))("%s, when the program completes", async (name) => {
    const result = await sh(strays[name] ?? "");
    const pid = Number(result.stdout.toString());

    expect(result.ending).toEqual({ kind: "completed" });
    expect(pid).toBeGreaterThan(1);
    expect(isAlive(pid)).toBe(false);
    expect(result.durationMs).toBeLessThan(3_000);
  });

  test.each(Object.keys(strays))("%s, when the program is killed", async (name) => {
    const result = await sh(`${strays[name]}; sleep 30`, { timeoutMs: 700 });
    const pid = Number(result.stdout.toString());

    expect(result.ending.kind).toBe("timedOut");
    expect(pid).toBeGreaterThan(1);
    expect(isAlive(pid)).toBe(false);
  });

  test("a run inside the run dies with the outer one", async () => {
    const inner = `
      const { spawn } = require("node:child_process");
      const env = { PATH: process.env.PATH, RONDO_RUN_ID: process.env.RONDO_RUN_ID + "/inner" };
      const child = spawn("sleep", ["30"], { detached: true, env, stdio: "ignore" });
      console.log(child.pid);
      setTimeout(() => {}, 30000);`;
    const result = await node(inner, { timeoutMs: 1_000 });

    expect(isAlive(Number(result.stdout.toString()))).toBe(false);
  });

  test("a worker that was killed leaves programs behind; the next one to start ends them, and only them", async () => {
    const worker = spawn(process.execPath, ["-e", "setTimeout(() => {}, 30000)"]);
    const owner = runOwner(worker.pid ?? 0);
    const orphan = spawn("sleep", ["30"], { detached: true, env: { ...env, RONDO_RUN_ID: `${owner}/one` } });
    // What a machine sees of a container: there, process 7 is a worker that lives.
    const contained = spawn("sleep", ["30"], { detached: true, env: { ...env, RONDO_RUN_ID: "1-7.42/one" } });
    onTestFinished(() => void contained.kill("SIGKILL"));
    const neighbour = sh("sleep 1; echo fine");
    await new Promise((resolve) => setTimeout(resolve, 200));
    const whileAlive = sweepOrphans();
    const stillThere = isAlive(orphan.pid ?? 0);
    worker.kill("SIGKILL");
    await once(worker, "exit");
    const ended = once(orphan, "exit");

    expect([whileAlive, stillThere, sweepOrphans()]).toEqual([0, true, 1]);
    expect(isAlive(contained.pid ?? 0)).toBe(true);
    await ended;
    expect((await neighbour).stdout.toString()).toBe("fine\n");
  });

  // In a container of its own the worker's number is somebody else's here.
  test.skipIf(!canUnshare)(
    "what a worker left in another process namespace is ended too, and nothing while that worker lives",
    async () => {
      const script = `const fs = require("node:fs");
        const own = fs.readlinkSync("/proc/self/ns/pid").replace(/\\D/g, "");
        const ticks = fs.readFileSync("/proc/self/stat", "latin1").split(") ").pop().split(" ")[19];
        const env = { PATH: process.env.PATH, RONDO_RUN_ID: own + "-" + process.pid + "." + ticks + "/one" };
        require("node:child_process").spawn("sleep", ["31"], { detached: true, env, stdio: "ignore" }).unref();
        console.log(process.pid);
        setTimeout(() => {}, 30000);`;
      // The shell is the namespace's first process and outlives the worker, so that the system does not end the rest.
      const shell = 'node -e "$0" & wait; sleep 30';
      const box = spawn("unshare", [...ELSEWHERE, "sh", "-c", shell, script], { stdio: ["ignore", "pipe", "ignore"] });
      onTestFinished(() => void box.kill("SIGKILL"));
      const [said] = await once(box.stdout, "data");
      const inner = Number(String(said));
      await new Promise((resolve) => setTimeout(resolve, 200));

      const whileAlive = sweepOrphans();
      const worker = hostPidOf(inner, script);
      process.kill(worker, "SIGKILL");
      while (isAlive(worker)) await new Promise((resolve) => setTimeout(resolve, 10));

      expect([whileAlive, sweepOrphans()]).toEqual([0, 1]);
      // A process that was killed is there until the system has cleared it away.
      while (sweepOrphans() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    },
  );

  test("a neighbour's run is not touched", async () => {
    const neighbour = sh("sleep 1; echo fine");
    await sh("sleep 30 & sleep 30", { timeoutMs: 100 });

    expect((await neighbour).stdout.toString()).toBe("fine\n");
  });

  test("a forking program is gone for good", async () => {
    const marker = `rondo-forks-${process.pid}`;
    const result = await sh(`f() { : ${marker}; sleep 0.01; f & f & wait; }; f`, { timeoutMs: 250 });

    expect(result.ending.kind).toBe("timedOut");
    expect(execFileSync("ps", ["-eo", "args"], { encoding: "utf8" })).not.toContain(marker);
  });

  test("from kill to gone, 50 times: half of them under 100 ms, none over 2 s, also on a busy machine", async () => {
    const times: number[] = [];
    for (let i = 0; i < 50; i += 1) {
      const controller = new AbortController();
      let group = 0;
      const ready = new Promise<void>((resolve) => {
        void sh(
          "trap '' TERM; sleep 30 & setsid sleep 30 & echo up; wait",
          {},
          {
            signal: controller.signal,
            onSpawn: (pid) => (group = pid),
            onStdout: () => resolve(),
          },
        ).then(() => times.push(performance.now() - killedAt));
      });
      let killedAt = 0;
      await ready;
      killedAt = performance.now();
      controller.abort();
      while (times.length <= i) await new Promise((resolve) => setTimeout(resolve, 1));
      expect(isAlive(group)).toBe(false);
    }
    times.sort((a, b) => a - b);
    process.stdout.write(`kill to gone: median ${times[25]?.toFixed(1)} ms, p99 ${times[49]?.toFixed(1)} ms\n`);

    expect(times[25]).toBeLessThan(100);
    expect(times[49]).toBeLessThan(2_000);
  });
});
