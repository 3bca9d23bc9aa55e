// The GitHub double: a stateful fake GitHub on loopback over real bare git repositories. The demo and the tests start it,
// act as people on it, and read what the App did from its state and its journal.
import { mkdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWorld } from "./create-world.ts";
import type { AppOptions } from "./create-world.ts";
import { createFaultScript } from "./faults.ts";
import type { FaultScript, FaultSubject } from "./faults.ts";
import { answerGit } from "./git-surface.ts";
import { createJournal } from "./journal.ts";
import type { Journal } from "./journal.ts";
import { createLimits } from "./limits.ts";
import type { Limits } from "./limits.ts";
import { peopleOf } from "./people.ts";
import type { People } from "./people.ts";
import { answerRest } from "./rest.ts";
import type { WireReply } from "./rest.ts";
import { createDoubleServer } from "./server.ts";
import type { WireRequest } from "./server.ts";
import type { PullRequest, Repository, State, User } from "./state.ts";
import { answerGraphql, answerPage } from "./surfaces.ts";
import type { AnnouncedEvent } from "./webhooks/announce.ts";
import type { Deliveries } from "./webhooks/deliveries.ts";
import { findPullRequest, findRepository, findUser } from "./world.ts";
import type { World } from "./world.ts";

/** How to start a double. */
export interface DoubleOptions {
  app: AppOptions;
  /** Folder for the bare repositories; default a temporary one that `stop` removes. */
  dataDir?: string;
  /** Default `127.0.0.1` and a free port. */
  host?: string;
  port?: number;
  /** Where webhooks go; default nowhere. */
  webhook?: { url: string; secret: string; deadlineMs?: number };
  /** The double's time; default the machine's. */
  clock?: () => Date;
  /** Seed of ids, GUIDs and shuffles; default 1. */
  seed?: number;
  /** Also append every exchange to this file, one JSON line each. */
  journalFile?: string;
}

/** A running double: its address, its inside, and everything people can do on it. */
export interface Double extends People {
  /** Root URL without a trailing slash: git and pages. */
  url: string;
  /** REST root, `…/api/v3`. */
  apiUrl: string;
  state: State;
  world: World;
  journal: Journal;
  faults: FaultScript;
  limits: Limits;
  deliveries: Deliveries;
  /** Every event with its payload, also those that were not sent to the App. */
  announced: AnnouncedEvent[];
  /** Points the App's webhook elsewhere, or changes its secret. */
  setWebhook(target: { url?: string | null; secret?: string; deadlineMs?: number }): void;
  /** Account, repository (`owner/name`) and pull request by name; they throw when there is none. */
  user(login: string): User;
  repository(nameWithOwner: string): Repository;
  pull(repository: Repository, number: number): PullRequest;
  /** Closes the server and every connection; removes a temporary folder. Idempotent. */
  stop(): Promise<void>;
}

/** Starts a double and resolves when it listens. */
export async function startDouble(options: DoubleOptions): Promise<Double> {
  const temporary = options.dataDir === undefined ? await mkdtemp(join(tmpdir(), "github-double-")) : undefined;
  const dataDir = options.dataDir ?? temporary ?? "";
  mkdirSync(dataDir, { recursive: true });
  const journal = createJournal(options.journalFile);
  const limits = createLimits();
  const { world, history, announced } = createWorld({
    app: options.app,
    dataDir,
    journal,
    seed: options.seed ?? 1,
    clock: options.clock ?? (() => new Date()),
    webhook: options.webhook ?? { url: null, secret: "" },
  });
  const faults = createFaultScript(() => history.start());
  const server = createDoubleServer({
    world,
    journal,
    faults,
    olderWorld: (lagMs) => ({ ...world, state: history.before(lagMs) }),
    answer: async (view, surface, request) => {
      const reply = await answer(view, limits, surface, request);
      if (request.method !== "GET") history.note();
      return reply;
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, options.host ?? "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the double listens on no TCP port");
  world.url = `http://${options.host ?? "127.0.0.1"}:${address.port}`;
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    world.deliveries.stop();
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  };
  return {
    ...peopleOf(world),
    url: world.url,
    apiUrl: `${world.url}/api/v3`,
    state: world.state,
    world,
    journal,
    faults,
    limits,
    deliveries: world.deliveries,
    announced,
    setWebhook: (target) => void Object.assign(world.deliveries.target, target),
    user: (login) => found(findUser(world, login), `account ${login}`),
    repository: (name) => found(findRepository(world, name), `repository ${name}`),
    pull: (repository, number) => found(findPullRequest(world, repository.id, number), `pull request #${number}`),
    stop: () => (stopped ??= stop()),
  };
}

function answer(
  world: World,
  limits: Limits,
  surface: FaultSubject["surface"],
  request: WireRequest,
): Promise<WireReply> {
  const answers = {
    rest: () => answerRest(world, limits, { ...request, path: request.path.slice("/api/v3".length) || "/" }),
    graphql: () => answerGraphql(world, limits, request),
    git: () => answerGit(world, request),
    page: () => answerPage(world, request),
  };
  return answers[surface]();
}

function found<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`the double has no ${what}`);
  return value;
}
