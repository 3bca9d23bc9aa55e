// Runs a Compose file with podman, for checks on machines without Docker: what the file says about a service (read-only
// file system, dropped capabilities, environment, secrets, volumes, order of the start) becomes flags of `podman run`.
// Three things differ from Compose, because bridge networks and a registry may be missing: the containers use the host's
// network, each with a port of its own; addresses of services become loopback addresses; Redis runs from our own image.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { parse } from "yaml";

const HEALTHY_MS = 30_000;
/** For a machine without systemd, whose own limits may be lower than what a container gets by default. */
const MACHINE = [
  ...["--network", "host", "--no-healthcheck", "--log-driver", "k8s-file"],
  ...["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"],
];

/**
 * The services of `file` as containers that do not run yet. `engine`: the podman command as words. `variables`: what an
 * .env file would hold. `scale`: containers of a service, by its name.
 */
export async function createStage({ engine, image, file, variables, scale = {} }) {
  return {
    compose: parse(readFileSync(file, "utf8"), { merge: true }),
    podman: async (...args) => (await run(engine, args)).stdout.trim(),
    logs: async ({ name }) => Object.values(await run(engine, ["logs", name])).join(""),
    image,
    variables,
    scale,
    redisPort: await freePort(),
    containers: [],
    volumes: new Set(),
  };
}

/** Starts every service, dependencies first, each when those it waits for are healthy. Fills `stage.containers`. */
export async function startAll(stage) {
  for (const name of Object.keys(stage.compose.services)) await startService(stage, name);
}

async function startService(stage, name) {
  if (stage.containers.some(({ service }) => service === name)) return;
  for (const [other, { condition }] of Object.entries(stage.compose.services[name].depends_on ?? {})) {
    if (condition !== "service_healthy") throw new Error(`${name}: ${condition} is not understood here`);
    await startService(stage, other);
  }
  for (let n = 1; n <= (stage.scale[name] ?? 1); n++) await startContainer(stage, name, n);
}

async function startContainer(stage, service, n) {
  const isRedis = service === "redis";
  const port = isRedis ? stage.redisPort : await freePort();
  const container = { service, name: `rondo-check-${process.pid}-${service}-${n}`, port, killed: false };
  stage.containers.push(container);
  const { command } = stage.compose.services[service];
  const startedAt = performance.now();
  await stage.podman(
    ...["run", "-d", "--name", container.name, ...MACHINE, ...flagsOf(stage, service)],
    ...(isRedis ? ["--entrypoint", "redis-server"] : ["-e", "HOST=127.0.0.1", "-e", `PORT=${port}`]),
    stage.image,
    ...(isRedis ? [...command.slice(1), "--port", String(port), "--bind", "127.0.0.1"] : command),
  );
  container.healthyMs = await untilHealthy(stage, container, startedAt);
}

/** What the Compose file says about a service, as flags. */
function flagsOf(stage, name) {
  const service = stage.compose.services[name];
  return [
    ...(service.read_only === true ? ["--read-only", "--read-only-tmpfs=false"] : []),
    ...flagsFor(service.tmpfs, (mount) => ["--tmpfs", mount]),
    ...flagsFor(service.cap_drop, (capability) => ["--cap-drop", capability]),
    ...flagsFor(service.security_opt, (option) => ["--security-opt", option.replace(/:true$/, "")]),
    ...flagsFor(service.volumes, (volume) => [
      "-v",
      volume.replace(/^[^:]+/, (volumeName) => volumeOf(stage, volumeName)),
    ]),
    ...flagsFor(service.secrets, (secret) => ["-v", `${fileOf(stage, secret)}:/run/secrets/${secret}:ro`]),
    ...flagsFor(Object.entries(service.environment ?? {}), ([key, value]) => [
      "-e",
      `${key}=${fill(stage, String(value))}`,
    ]),
  ];
}

function flagsFor(list, toFlags) {
  return (list ?? []).flatMap(toFlags);
}

async function untilHealthy(stage, { service, name, port }, startedAt) {
  const test = service === "redis" ? ["redis-cli", "-p", String(port), "ping"] : ["node", "/app/container-health.mjs"];
  const deadline = performance.now() + HEALTHY_MS;
  while (performance.now() < deadline) {
    // Over HTTP first: starting a program in the container takes longer than what is measured here.
    if (service === "redis" || (await answersAt(port, "/healthz"))) {
      const healthyMs = Math.round(performance.now() - startedAt);
      const isHealthy = await stage.podman("exec", name, ...test).then(
        () => true,
        () => false,
      );
      if (isHealthy) return healthyMs;
    }
    await sleep(20);
  }
  throw new Error(`${name} did not become healthy:\n${await stage.logs({ name })}`);
}

/** Puts a file into a volume, through the image, so that the folder gets the image's owner and mode. */
export async function putFile(stage, volume, path, text) {
  const mount = `${volumeOf(stage, volume)}:/data`;
  const command = ["-c", 'printf %s "$1" > "$2"', "sh", text, path];
  await stage.podman(
    "run",
    "--rm",
    ...MACHINE,
    "--cap-drop",
    "ALL",
    "-v",
    mount,
    "--entrypoint",
    "sh",
    stage.image,
    ...command,
  );
}

/** A volume's folder on this machine. */
export async function folderOf(stage, volume) {
  return await stage.podman("volume", "inspect", "--format", "{{.Mountpoint}}", volumeOf(stage, volume));
}

/** Processes of a running container as seen from outside: pid namespace, and memory in bytes. */
export async function processesOf(stage, { name }) {
  const main = await stage.podman("inspect", "--format", "{{.State.Pid}}", name);
  const namespace = linkOf(`/proc/${main}/ns/pid`);
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid) && linkOf(`/proc/${pid}/ns/pid`) === namespace)
    .map((pid) => ({ namespace: namespace.replace(/\D/g, ""), ...memoryOf(pid) }));
}

/** Stops a container as `docker stop` does. Resolves to its exit code and the time it took. */
export async function stopContainer(stage, { name }) {
  const startedAt = performance.now();
  await stage.podman("stop", "-t", "10", name);
  const stopMs = Math.round(performance.now() - startedAt);
  return { stopMs, exitCode: Number(await stage.podman("inspect", "--format", "{{.State.ExitCode}}", name)) };
}

/** Removes containers and volumes, whatever state they are in. */
export async function removeAll(stage) {
  for (const { name } of stage.containers) await stage.podman("rm", "-f", "-v", name).catch(() => undefined);
  for (const name of stage.volumes) await stage.podman("volume", "rm", "-f", name).catch(() => undefined);
}

function volumeOf(stage, name) {
  const full = `rondo-check-${process.pid}-${name}`;
  stage.volumes.add(full);
  return full;
}

function fileOf(stage, secret) {
  return fill(stage, stage.compose.secrets[secret].file);
}

/** Fills in variables, and puts the loopback in the place of a service's name. */
function fill(stage, text) {
  return interpolate(text, stage.variables).replace("//redis:6379", `//127.0.0.1:${stage.redisPort}`);
}

/** True when the port answers the path with 200, false when not. */
export async function answersAt(port, path) {
  return await fetch(`http://127.0.0.1:${port}${path}`).then(
    (response) => response.ok,
    () => false,
  );
}

/** `${NAME}`, `${NAME:-default}` and `${NAME:?message}`. Source: https://docs.docker.com/reference/compose-file/interpolation/ */
function interpolate(text, variables) {
  return text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name, kind, rest) => {
    const value = variables[name] ?? "";
    if (value !== "") return value;
    if (kind === "?") throw new Error(`${name}: ${rest}`);
    return rest ?? "";
  });
}

function memoryOf(pid) {
  const text = tryRead(`/proc/${pid}/smaps_rollup`);
  const bytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1024;
  return { rss: bytes("Rss"), pss: bytes("Pss") };
}

function tryRead(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

async function run([program, ...options], args) {
  try {
    return await promisify(execFile)(program, [...options, ...args], { maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    throw new Error(`podman ${args.slice(0, 4).join(" ")} …: ${String(error.stderr).trim()}`, { cause: error });
  }
}

/** A port that is free now; with the host's network nothing else chooses one. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
