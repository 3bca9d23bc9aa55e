// A private redis-server for one test: real, on a unix socket in a throw-away folder, stopped by its own pid.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type TestRedis = {
  target: { path: string };
  dir: string;
  pid(): number;
  /** Stops answering without closing anything, and goes on. */
  hang(): void;
  resume(): void;
  /** SIGKILL; the socket file stays, as after a crash. */
  kill(): Promise<void>;
  /** Starts again on the same socket and data. */
  start(): Promise<void>;
  stop(): Promise<void>;
};

/** Options are redis-server's own, e.g. `["--maxmemory-policy", "allkeys-lru"]`; AOF and noeviction unless said otherwise. */
export async function startRedis(options: readonly string[] = []): Promise<TestRedis> {
  const redis = await prepareRedis(options);
  await redis.start();
  return redis;
}

/** The same without starting it: for a server that was never up. */
export async function prepareRedis(options: readonly string[] = []): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), "rondo-redis-"));
  const path = join(dir, "redis.sock");
  let child: ChildProcess | undefined;

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill("SIGCONT");
    child.kill(signal);
    await exit;
  }

  return {
    target: { path },
    dir,
    pid: () => child?.pid ?? 0,
    hang: () => void child?.kill("SIGSTOP"),
    resume: () => void child?.kill("SIGCONT"),
    kill: () => end("SIGKILL"),
    async start() {
      const fixed = ["--port", "0", "--unixsocket", path, "--dir", dir, "--save", "", "--appendfsync", "everysec"];
      const usual = ["--appendonly", "yes", "--maxmemory-policy", "noeviction"];
      child = spawn("redis-server", [...fixed, ...usual, ...options], { stdio: "ignore" });
      const deadline = Date.now() + 10_000;
      while (!(await answers(path))) {
        if (Date.now() > deadline) throw new Error("The test's redis-server did not start");
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async stop() {
      await end("SIGKILL");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on("connect", () => socket.write("PING\r\n"));
    socket.on("data", (data) => {
      socket.destroy();
      // With a password the answer is an error, and the server is up all the same; -LOADING is not up yet.
      resolve(/^(?:\+PONG|-NOAUTH)/.test(data.toString()));
    });
    socket.on("error", () => resolve(false));
  });
}
