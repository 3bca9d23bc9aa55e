// Checks of a server that runs already: what it says of itself, and which workers have shown themselves in Redis.
import { get } from "node:http";
import { z } from "zod";
import type { Settings } from "../settings.ts";
import { count } from "../report/words.ts";
import { missing, ok, skipped, warning, wrong, type Check, type Finding, type Role } from "./check.ts";
import type { RedisState } from "./redis-checks.ts";

/** What answers on HOST:PORT. */
export type ServerState =
  | { kind: "absent" }
  | { kind: "stranger" }
  | { kind: "rondo"; name: string; version: string; problems: readonly string[] };

/** The process itself, the workers behind the queue, and the jobs in it. */
export function serverChecks(settings: Settings, role: Role, redis: () => Promise<RedisState>): readonly Check[] {
  const group = "Running now";
  const url = serverUrl(settings, role);
  return [
    {
      id: "server",
      group,
      title: "Server",
      of: "any",
      run: async () => judgeServerState(await readServer(url), url, role),
    },
    {
      id: "workers",
      group,
      title: "Workers",
      of: "any",
      run: async () => {
        const state = await redis();
        if (state.kind === "facts") return judgeWorkers(state.facts);
        return skipped(state.kind === "none" ? "there is no queue yet" : "Redis did not tell");
      },
    },
  ];
}

/** Where a process of this role answers on this machine: `0.0.0.0` is every address, so also the loopback one. */
export function serverUrl({ host, port }: Pick<Settings, "host" | "port">, role: Role): string {
  const address = host === null || host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
  const name = address.includes(":") ? `[${address}]` : address;
  return `http://${name}:${port ?? (role === "worker" ? 3001 : 3000)}`;
}

const Health = z.object({ ok: z.literal(true), name: z.string(), version: z.string() });
const Readiness = z.object({
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), reason: z.string().optional() })),
});

async function readServer(url: string): Promise<ServerState> {
  let answers: readonly unknown[];
  try {
    answers = await Promise.all([readJson(`${url}/healthz`), readJson(`${url}/readyz`)]);
  } catch (error) {
    const isRefused = error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
    return { kind: isRefused ? "absent" : "stranger" };
  }
  const [health, ready] = [Health.safeParse(answers[0]), Readiness.safeParse(answers[1])];
  if (!health.success || !ready.success) return { kind: "stranger" };
  const bad = ready.data.checks.filter((one) => !one.ok);
  const problems = bad.map(({ name, reason }) => `${name}: ${reason ?? "not ready"}`);
  return { kind: "rondo", name: health.data.name, version: health.data.version, problems };
}

/** Not `fetch`: it refuses many ports that a server may well have. Rejects when there is no answer in JSON within 5 s. */
function readJson(url: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(5000);
    const request = get(url, { agent: false, signal }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
        if (body.length > MOST_CHARACTERS) response.destroy(new Error("too long for an answer of Rondo's"));
      });
      response.on("error", reject);
      response.on("end", () => {
        try {
          resolve(JSON.parse(body));
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
    request.on("error", reject);
  });
}

const MOST_CHARACTERS = 100_000;

/** Not running is no problem of a check-up before the first start. */
export function judgeServerState(state: ServerState, url: string, role: Role): Finding {
  if (state.kind === "absent") return skipped(`nothing runs at ${url} yet`);
  if (state.kind === "stranger") {
    return wrong(
      `Something that is not Rondo answers at ${url}.`,
      `Stop it, or set PORT to a free port for rondo ${role}.`,
    );
  }
  const { name, version, problems } = state;
  if (problems.length > 0) {
    return missing(`rondo ${name} runs at ${url} but is not ready: ${problems.join("; ")}.`, "See its log.");
  }
  if (name !== role) {
    return warning(
      `rondo ${name} answers at ${url}, not rondo ${role}.`,
      `Ask with rondo doctor ${name}, or set PORT.`,
    );
  }
  return ok(`rondo ${name} ${version} is ready at ${url}`);
}

/** Workers by their heartbeat, and what waits for them. */
export function judgeWorkers(facts: {
  workers: readonly { host: string; pid: number }[];
  waiting: number;
  failed: number;
}): Finding {
  const { workers, waiting, failed } = facts;
  if (workers.length === 0 && waiting > 0) {
    return missing(
      `${count(waiting, "delivery waits", "deliveries wait")} and no worker runs.`,
      "Start rondo worker, or rondo serve.",
    );
  }
  if (failed > 0) {
    return warning(
      `${count(failed, "delivery", "deliveries")} failed for good.`,
      "The worker's log says why, at level error; GitHub can redeliver them once that is put right.",
    );
  }
  if (workers.length === 0) return skipped("none runs yet");
  const names = workers.slice(0, 3).map(({ host, pid }) => `${pid} on ${host}`);
  const more = workers.length > 3 ? ", …" : "";
  return ok(`${count(workers.length, "worker")}: process ${names.join(", ")}${more}; ${waiting} waiting`);
}
