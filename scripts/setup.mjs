// Makes a fresh clone able to run: npm packages, a Redis server, and the compiled `dist/`. Says what it does, does
// only what is missing, and needs no network when nothing is. Plain JavaScript without dependencies: it runs first.
//
//   node scripts/setup.mjs test|demo|start|packages
//
// `packages` installs the npm packages and nothing else; the container image is built from there.
//
// Exit 0: ready. Exit 69 (EX_UNAVAILABLE of sysexits.h): something is missing that this script may not install; the
// last lines say what to run. Two set-ups of the same checkout may run at once: the second waits for the first.
import { spawnSync } from "node:child_process";
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const UNAVAILABLE = 69;
const USAGE = 2;
const MODES = ["test", "demo", "start", "packages"];
const SERVERS = ["redis-server", "valkey-server"];
const root = fileURLToPath(new URL("..", import.meta.url));

const mode = process.argv[2] ?? "";
if (!MODES.includes(mode)) stop(USAGE, `Say what to set up for: node scripts/setup.mjs ${MODES.join("|")}`);
checkNode(process.versions.node);
withLock(join(root, ".rondo", "setup.lock"), () => {
  installPackages();
  if (mode === "packages") return;
  // A deployment with its own Redis needs no server on this machine.
  if (mode !== "start" || !process.env.REDIS_URL) installRedis();
  build();
});

/** The range of `engines` in package.json; checked here because npm only warns about it. */
function checkNode(version) {
  const [major, minor] = version.split(".").map(Number);
  const isSupported = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (isSupported) return;
  stop(
    UNAVAILABLE,
    `Rondo needs Node 20.19 or newer, or Node 22.12 or newer; this is Node ${version}.`,
    "Install a supported version (https://nodejs.org/en/download) and run the same command again.",
  );
}

function installPackages() {
  const reason = whyPackagesAreStale();
  if (reason === undefined) return;
  say(`Installing the npm packages of package-lock.json (${reason}).`);
  const flags = ["--ignore-scripts", "--include=dev", "--no-audit", "--no-fund"];
  // `npm ci` wants the packages of every platform in the lock file; a registry without some of them leaves gaps there. Its
  // refusal is a hundred lines and its whole manual, so it is not shown: what is really wrong, `npm install` says too.
  if (npm(["ci", ...flags], ["ignore", "inherit", "ignore"]).status === 0) return;
  say("npm ci refused; installing the versions of package-lock.json with npm install instead.");
  const { status, error } = npm(["install", "--no-save", ...flags]);
  if (status === 0) return;
  stop(
    UNAVAILABLE,
    error
      ? `npm could not be started: ${error.message}.`
      : `npm install ended with exit code ${status}; its reason stands above.`,
    "Check the network, proxy and registry settings (npm config list), then run the same command again.",
  );
}

/** Runs npm: the one that runs this script (`npm_execpath`), else the one in PATH. */
function npm(args, stdio = "inherit") {
  const cli = process.env.npm_execpath;
  return cli?.endsWith(".js") ? run(process.execPath, [cli, ...args], stdio) : run("npm", args, stdio);
}

/**
 * Compares package-lock.json with `node_modules/.package-lock.json`, in which npm records what it installed (it is
 * written last, so an interrupted installation has none). Returns undefined when they agree.
 */
function whyPackagesAreStale() {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return "there is no complete node_modules yet";
  const installed = JSON.parse(readFileSync(record, "utf8")).packages;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "" || entry.link) continue;
    const found = installed[path];
    // Optional packages of other platforms are rightly absent.
    if (found === undefined && (entry.optional || entry.devOptional)) continue;
    if (found === undefined) return `${path} is missing`;
    if (found.version !== entry.version) return `${path} is ${found.version}, wanted is ${entry.version}`;
    if (!existsSync(join(root, path, "package.json"))) return `${path} is gone`;
  }
  return undefined;
}

function installRedis() {
  if (findServer() !== undefined) return;
  const { name, lines } = packageManager();
  const become = name === "brew" ? asUser() : asRoot();
  if (name === undefined || become === undefined) {
    stop(
      UNAVAILABLE,
      "Rondo keeps its queue in Redis, and neither redis-server nor valkey-server is in PATH.",
      "This script may not install one here. Run this, then the same command again:",
      `  ${manualLine(name, lines)}`,
    );
  }
  const isInstalled = lines.some((commands) => {
    say(`Installing a Redis server: ${commands.join(" && ")}`);
    return commands.every((command) => runWith(become, command)) && findServer() !== undefined;
  });
  if (isInstalled) return;
  stop(
    UNAVAILABLE,
    "The Redis server could not be installed; the reason stands above. Run this, then the same command again:",
    `  ${manualLine(name, lines)}`,
  );
}

function manualLine(name, lines) {
  if (name === undefined) return "your system's package manager, for the package redis or valkey";
  const isSudoNeeded = name !== "brew" && !isRoot();
  return lines[0].map((command) => (isSudoNeeded ? `sudo ${command}` : command)).join(" && ");
}

function runWith(become, command) {
  const [file, ...args] = [...become, ...command.split(" ")];
  return run(file, args).status === 0;
}

/** Installation lines, the preferred one first. Sources: the packages of Debian, Alpine and Homebrew by these names. */
function packageManager() {
  if (process.platform === "darwin") return { name: "brew", lines: [["brew install redis"], ["brew install valkey"]] };
  if (inPath("apt-get")) {
    const install = "apt-get install -y --no-install-recommends";
    return {
      name: "apt-get",
      lines: [
        ["apt-get update", `${install} redis-server`],
        ["apt-get update", `${install} valkey-server`],
      ],
    };
  }
  if (inPath("apk")) return { name: "apk", lines: [["apk add --no-cache valkey"], ["apk add --no-cache redis"]] };
  if (inPath("brew")) return { name: "brew", lines: [["brew install redis"], ["brew install valkey"]] };
  return { name: undefined, lines: [] };
}

/** What to put before a command to run it as root; undefined when that needs a password. */
function asRoot() {
  if (isRoot()) return [];
  if (!inPath("sudo")) return undefined;
  return spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0 ? ["sudo", "-n"] : undefined;
}

/** Homebrew refuses root (https://docs.brew.sh/FAQ#why-does-homebrew-say-sudo-is-bad). */
function asUser() {
  return isRoot() || !inPath("brew") ? undefined : [];
}

function isRoot() {
  return process.getuid?.() === 0;
}

function findServer() {
  return SERVERS.map(inPath).find((path) => path !== undefined);
}

function inPath(program) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const path = join(folder || ".", program);
    try {
      accessSync(path, constants.X_OK);
      if (statSync(path).isFile()) return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

function build() {
  const { status } = run(process.execPath, [join(root, "scripts", "build.mjs")]);
  if (status !== 0) stop(1, "The source does not compile; the reason stands above.");
}

/** Runs `work` while this process alone holds the lock file. A lock whose process is gone is taken over. */
function withLock(path, work) {
  let hasSaidSo = false;
  for (;;) {
    try {
      mkdirSync(join(path, ".."), { recursive: true });
      const handle = openSync(path, "wx");
      writeSync(handle, `${process.pid}\n`);
      closeSync(handle);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") {
        stop(
          UNAVAILABLE,
          `This user cannot write in ${root} (${error.code}).`,
          "Use the owner's account, or a clone of your own.",
        );
      }
    }
    if (!hasSaidSo) say("Another set-up of this checkout is running; waiting for it.");
    hasSaidSo = true;
    removeIfAbandoned(path);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
  const release = () => rmSync(path, { force: true });
  // `stop` ends the process from anywhere; a signal must not leave the lock either.
  process.once("exit", release);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
  work();
}

/** Two waiters must not both remove: the second would remove the lock that the first just took. */
function removeIfAbandoned(path) {
  if (!isAbandoned(path)) return;
  const permit = `${path}.takeover`;
  try {
    mkdirSync(permit);
  } catch {
    // Somebody else is at it; a permit that is older than that can take was left by a crash.
    const madeAt = statSync(permit, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - madeAt > 10_000) rmSync(permit, { recursive: true, force: true });
    return;
  }
  if (isAbandoned(path)) rmSync(path, { force: true });
  rmSync(permit, { recursive: true, force: true });
}

function isAbandoned(path) {
  let pid;
  try {
    // The pid is written right after the file is made: an empty file counts only when it stays empty.
    if (statSync(path).size === 0 && Date.now() - statSync(path).mtimeMs < 5_000) return false;
    pid = Number(readFileSync(path, "utf8"));
  } catch {
    return false;
  }
  if (!Number.isInteger(pid) || pid <= 0) return true;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

function run(file, args, stdio = "inherit") {
  return spawnSync(file, args, { cwd: root, stdio });
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

function stop(exitCode, ...lines) {
  process.stderr.write(`${lines.join("\n")}\n`);
  process.exit(exitCode);
}
