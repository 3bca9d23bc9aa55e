// `rondo doctor`: can Rondo do its work here and now? It asks this machine, Redis and GitHub, and only reads.
import { loadEnvFile, readSettingsForDoctor, wantsColour } from "../config.ts";
import type { Result, Role } from "../doctor/check.ts";
import { UserError } from "../errors.ts";
import { maskSecrets } from "../mask-secrets.ts";
import { version } from "../version.ts";
import { closest } from "./closest.ts";
import type { Command, CommandInput } from "./command.ts";
import { WORKER_ENVIRONMENT } from "./worker-environment.ts";

const ROLES: readonly Role[] = ["serve", "web", "worker"];

export const doctorCommand: Command = {
  name: "doctor",
  summary: "check whether Rondo can do its work here and now, and say what to do where it cannot",
  usage: "doctor [serve|web|worker] [--offline] [--json]",
  options: {
    offline: { type: "boolean", help: "do not ask GitHub" },
    json: { type: "boolean", help: "print JSON" },
  },
  maxPositionals: 1,
  positionals: [ROLES],
  environment: {
    WEBHOOK_SECRET: "the GitHub App's webhook secret",
    ...WORKER_ENVIRONMENT,
    REDIS_URL: "the Redis of the queue; serve starts one without it",
    RONDO_PUBLIC_URL: "address of this server; the webhook URL is compared with it",
  },
  examples: ["rondo doctor", "rondo doctor worker", "rondo doctor --offline", "rondo doctor --json | jq .ok"],
  run: runDoctor,
};

/** A request to GitHub, and a whole check, which may be a chain of two or three of them. */
const REQUEST_MS = 5000;
const CHECK_MS = 12_000;

async function runDoctor({ values, positionals }: CommandInput): Promise<number> {
  const role = readRole(positionals[0]);
  loadEnvFile();
  const settings = readSettingsForDoctor();
  const { allChecks, loadClients } = await import("../doctor/checks.ts");
  const { runChecks } = await import("../doctor/run-checks.ts");
  const { exitCodeOfResults } = await import("../doctor/check.ts");
  const { createFetch } = await import("../github/create-fetch.ts");
  const checks = allChecks(settings, role, createFetch(settings.network?.settings, REQUEST_MS));
  const options = { role, isOffline: values["offline"] === true, limitMs: CHECK_MS };
  if (role !== "web" && !options.isOffline && settings.appKey !== null) await loadClients();
  const results =
    values["json"] === true
      ? await runChecks(checks, options)
      : await runOnTerminal((shown) => runChecks(checks, { ...options, ...shown }), role);
  if (values["json"] === true) process.stdout.write(toJson(results));
  // A connection that hangs, or a disk, shall not hold up the end.
  setTimeout(() => process.exit(), 50).unref();
  return exitCodeOfResults(results);
}

function readRole(word: string | undefined): Role {
  if (word === undefined) return "serve";
  const role = ROLES.find((one) => one === word);
  if (role !== undefined) return role;
  const guess = closest(word, ROLES);
  throw new UserError(`rondo doctor does not know ${word}.${guess === undefined ? "" : ` Did you mean ${guess}?`}`, {
    code: "USAGE",
    hint: "It checks what one process needs: rondo doctor serve, web or worker.",
  });
}

/** The shape is documented in docs/commands.md and stays. */
function toJson(results: readonly Result[]): string {
  const checks = results.map((result) => {
    const { id, group, status, found } = result;
    return { id, group, status, found, ...("todo" in result && { todo: result.todo }) };
  });
  const isOk = results.every(({ status }) => status !== "error");
  return `${maskSecrets(JSON.stringify({ ok: isOk, checks }, null, 2))}\n`;
}

type Shown = { onResult: (result: Result) => void; onProgress: (running: readonly string[]) => void };

/** Prints each group as soon as all of it is known, and below them what is still being waited for. */
async function runOnTerminal(
  run: (shown: Shown) => Promise<readonly Result[]>,
  role: Role,
): Promise<readonly Result[]> {
  const { showGroup, showSummary } = await import("./show-doctor.ts");
  const { stdout, stderr } = process;
  const look = { hasColour: wantsColour(stdout.isTTY), columns: stdout.isTTY ? stdout.columns : null };
  const status = (text: string): void => {
    if (stdout.isTTY && stderr.isTTY) stderr.write(`\r\u001B[2K${text.slice(0, stderr.columns - 1)}`);
  };
  stdout.write(`rondo ${version}: can rondo ${role} do its work here?\n\n`);
  let group: Result[] = [];
  const flush = (): void => {
    status("");
    stdout.write(showGroup(group, look));
    group = [];
  };
  const results = await run({
    onResult: (result) => {
      if (group[0] !== undefined && group[0].group !== result.group) flush();
      group.push(result);
    },
    onProgress: (running) => status(running.length === 0 ? "" : `Waiting for ${running.join(", ")} …`),
  });
  flush();
  stdout.write(showSummary(results, role, performance.now() / 1000, look));
  return results;
}
