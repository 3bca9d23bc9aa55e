// The Redis child: started, adopted, started again after a crash, never started twice, stopped only when it is certainly ours.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startManagedRedis, type ManagedRedis, type ManagedRedisOptions } from "../../src/queue/managed-redis.ts";
import { takeStartLock } from "../../src/queue/start-lock.ts";
import { redisInstallLine } from "../../src/queue/redis-files.ts";
import { probeRedis } from "../../src/queue/redis-probe.ts";
import { recordingLog, silentLog, until } from "../support/queue.ts";

let dataDir: string;
let running: ManagedRedis[] = [];
const killed: number[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "rondo-managed-"));
});
afterEach(async () => {
  for (const redis of running) await redis.stop();
  running = [];
  for (const pid of killed.splice(0)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Gone already, as it should be.
    }
  }
  await rm(dataDir, { recursive: true, force: true });
});

async function start(options: Partial<ManagedRedisOptions> = {}): Promise<ManagedRedis> {
  const redis = await startManagedRedis({ dataDir, log: silentLog, watchMs: 50, ...options });
  running.push(redis);
  return redis;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function ask<T>(redis: ManagedRedis, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ path: redis.target.path });
  client.on("error", () => undefined);
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

/** What a supervisor that was killed with SIGKILL leaves behind: a server on the usual files that nobody watches. */
async function leaveOrphan(): Promise<number> {
  const dir = join(dataDir, "redis");
  await mkdir(dir, { recursive: true });
  const files = ["--unixsocket", join(dir, "redis.sock"), "--pidfile", join(dir, "redis.pid"), "--dir", dir];
  const usual = ["--port", "0", "--appendonly", "yes", "--save", ""];
  const child = spawn("redis-server", [...files, ...usual], { detached: true, stdio: "ignore" });
  const pid = child.pid ?? 0;
  killed.push(pid);
  await until(async () => (await probeRedis(join(dir, "redis.sock"), 200)).kind === "ready", "the orphan is up");
  return pid;
}

describe("settings", () => {
  test("on a socket only this user can use, on no port, AOF every second, never evicting", async () => {
    const redis = await start();
    expect(redis.target.path).toBe(join(dataDir, "redis", "redis.sock"));
    expect((await stat(redis.target.path)).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, "redis"))).mode & 0o777).toBe(0o700);
    const config = await ask(redis, async (client) =>
      Promise.all(
        ["port", "appendonly", "appendfsync", "save", "maxmemory-policy"].map((name) => client.config("GET", name)),
      ),
    );
    expect(config).toEqual([
      ["port", "0"],
      ["appendonly", "yes"],
      ["appendfsync", "everysec"],
      ["save", ""],
      ["maxmemory-policy", "noeviction"],
    ]);
  });

  test("it inherits no environment: no secret of Rondo reaches it", async () => {
    process.env["RONDO_TEST_SECRET"] = "hush";
    const redis = await start();
    delete process.env["RONDO_TEST_SECRET"];
    expect(await readFile(`/proc/${redis.pid()}/environ`, "utf8")).not.toContain("hush");
  });

  test("its own process group, so that Ctrl-C does not reach it", async () => {
    const redis = await start();
    const stat = await readFile(`/proc/${redis.pid()}/stat`, "utf8");
    expect(Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[2])).toBe(redis.pid());
  });

  test("a path too long for a socket: a private folder in the temp dir, the same one next time", async () => {
    const long = join(dataDir, "d".repeat(60), "e".repeat(60));
    const redis = await start({ dataDir: long });
    const folder = join(redis.target.path, "..");
    expect(Buffer.byteLength(redis.target.path)).toBeLessThan(108);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const again = await start({ dataDir: long });
    expect({ adopted: again.wasAdopted, pid: again.pid() }).toEqual({ adopted: true, pid: redis.pid() });
    await again.stop();
    await rm(folder, { recursive: true });
  });
});

describe("crashes", () => {
  test("a killed server is started again with everything it had acknowledged", async () => {
    const redis = await start();
    await ask(redis, async (client) => {
      for (let each = 0; each < 300; each += 1) await client.rpush("list", each);
    });
    const before = redis.pid();
    process.kill(before, "SIGKILL");
    await until(() => redis.restarts() === 1, "it is started again");
    expect(redis.pid()).not.toBe(before);
    expect(await ask(redis, (client) => client.llen("list"))).toBe(300);
  });

  test("an orphan of a killed supervisor is adopted, then watched, then stopped", async () => {
    const pid = await leaveOrphan();
    const redis = await start();
    expect({ adopted: redis.wasAdopted, pid: redis.pid() }).toEqual({ adopted: true, pid });
    const later = await start();
    process.kill(pid, "SIGKILL");
    await until(() => later.pid() !== pid && redis.pid() === later.pid(), "both see the one new server");
    const current = redis.pid();
    await redis.stop();
    expect(isAlive(current)).toBe(false);
  });

  test("a cut AOF loads, and a stale socket and lock of a dead process are no obstacle", async () => {
    const first = await start();
    await ask(first, (client) => client.rpush("list", "a", "b"));
    await first.stop();
    const folder = join(dataDir, "redis");
    const aof = (await readdir(join(folder, "appendonlydir"))).find((name) => name.endsWith(".incr.aof")) ?? "";
    const bytes = await readFile(join(folder, "appendonlydir", aof));
    await writeFile(join(folder, "appendonlydir", aof), Buffer.concat([bytes, Buffer.from("*3\r\n$5\r\nRPU")]));
    await writeFile(join(folder, "redis.sock"), "");
    await writeFile(join(folder, "start.lock"), "999999 1 x");
    const second = await start();
    expect(await ask(second, (client) => client.llen("list"))).toBe(2);
  });

  test("a server that lost its socket is ended before another one uses its data", async () => {
    const pid = await leaveOrphan();
    await rm(join(dataDir, "redis", "redis.sock"));
    const redis = await start();
    expect(redis.pid()).not.toBe(pid);
    expect(isAlive(pid)).toBe(false);
  });

  test("a damaged AOF is an error that says where to look", async () => {
    const first = await start();
    await ask(first, (client) => client.set("a", "b"));
    await first.stop();
    const folder = join(dataDir, "redis", "appendonlydir");
    const aof = (await readdir(folder)).find((name) => name.endsWith(".incr.aof")) ?? "";
    await writeFile(join(folder, aof), "nonsense\r\n".repeat(100));
    await expect(start()).rejects.toMatchObject({
      code: "REDIS_START_FAILED",
      message: expect.stringContaining("Bad file format"),
      hint: expect.stringContaining("redis-check-aof"),
    });
  });
});

describe("several starters", () => {
  test("six at once: one server, one socket, the same for all", async () => {
    await mkdir(join(dataDir, "redis"), { recursive: true });
    await writeFile(join(dataDir, "redis", "start.lock"), "999999 1 x");
    const all = await Promise.all(Array.from({ length: 6 }, () => start()));
    expect(new Set(all.map((redis) => redis.pid())).size).toBe(1);
    expect(all.filter(({ wasAdopted }) => !wasAdopted)).toHaveLength(1);
    for (const redis of all) expect(await ask(redis, (client) => client.ping())).toBe("PONG");
    expect((await readdir(join(dataDir, "redis"))).filter((name) => name.startsWith("start.lock"))).toEqual([]);
  });

  test("a live holder of the lock is waited for, and named when it never ends", async () => {
    const holder = spawn("sleep", ["60"]);
    killed.push(holder.pid ?? 0);
    await mkdir(join(dataDir, "redis"), { recursive: true });
    const stat = await readFile(`/proc/${holder.pid}/stat`, "utf8");
    const begun = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    await writeFile(join(dataDir, "redis", "start.lock"), `${holder.pid} ${begun} ${boot}`);
    await expect(start({ readyMs: -4800 })).rejects.toMatchObject({ code: "REDIS_START_LOCKED" });
    holder.kill("SIGKILL");
    expect((await start()).pid()).toBeGreaterThan(0);
  });

  test("a lock whose pid was given to another process since is no obstacle", async () => {
    await mkdir(join(dataDir, "redis"), { recursive: true });
    await writeFile(join(dataDir, "redis", "start.lock"), `${process.pid} 1 another-boot`);
    expect((await start({ readyMs: 2000 })).pid()).toBeGreaterThan(0);
  });

  test("a holder in another container is waited for as long as a start may take, and no longer", async () => {
    const file = join(dataDir, "redis", "start.lock");
    await mkdir(join(dataDir, "redis"), { recursive: true });
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    // By its number it is this very process, which did not start then.
    await writeFile(file, `${process.pid} 1 ${boot} pid:[1]`);
    await expect(takeStartLock(file, 50)).rejects.toMatchObject({ code: "REDIS_START_LOCKED" });
    expect(await readFile(file, "utf8")).toContain("pid:[1]");
    const release = await takeStartLock(file, 50, { elsewhereMaxMs: 0 });
    await release();
  });

  test("a server that is there but hangs is left alone", async () => {
    const pid = await leaveOrphan();
    process.kill(pid, "SIGSTOP");
    await expect(start({ readyMs: 700 })).rejects.toMatchObject({ code: "REDIS_UNRESPONSIVE" });
    process.kill(pid, "SIGCONT");
    const redis = await start();
    expect(redis.pid()).toBe(pid);
  });
});

describe("stopping", () => {
  test("ends the server, and does not start it again", async () => {
    const redis = await start();
    const pid = redis.pid();
    await redis.stop();
    expect(isAlive(pid)).toBe(false);
    expect((await probeRedis(redis.target.path, 200)).kind).toBe("absent");
  });

  test("an adopted server is not signalled when the pid file names another process", async () => {
    const pid = await leaveOrphan();
    const log = recordingLog();
    const redis = await startManagedRedis({ dataDir, log });
    const bystander = spawn("sleep", ["60"]);
    killed.push(bystander.pid ?? 0);
    await writeFile(join(dataDir, "redis", "redis.pid"), String(bystander.pid));
    await redis.stop();
    expect({ server: isAlive(pid), bystander: isAlive(bystander.pid ?? 0) }).toEqual({ server: true, bystander: true });
    expect(log.lines.join()).toContain("not certain");
  });
});

describe("no server binary", () => {
  test("says the exact install line, and leaves nothing behind", async () => {
    await expect(start({ searchPath: dataDir })).rejects.toMatchObject({
      name: "UserError",
      code: "REDIS_MISSING",
      hint: expect.stringContaining(await redisInstallLine()),
    });
    expect(await redisInstallLine()).toMatch(/^(?:apt-get|apk|brew|install) /);
    expect(await readdir(join(dataDir, "redis"))).toEqual([]);
  });

  test("the second name is tried when the first is not there", async () => {
    const redis = await start({ binaries: ["no-such-server", "redis-server"] });
    expect(redis.pid()).toBeGreaterThan(0);
  });
});
