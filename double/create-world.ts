// Puts a fresh world together: empty state, the App with its bot account, the event bus and the locks.
import { createUser } from "./actions/users.ts";
import type { History } from "./history.ts";
import { createHistory } from "./history.ts";
import type { Journal } from "./journal.ts";
import { createRandom } from "./random.ts";
import type { Permissions, State } from "./state.ts";
import type { App } from "./state-app.ts";
import { announce } from "./webhooks/announce.ts";
import type { AnnouncedEvent } from "./webhooks/announce.ts";
import { createDeliveries } from "./webhooks/deliveries.ts";
import type { WebhookTarget } from "./webhooks/deliveries.ts";
import { nodeId } from "./world.ts";
import type { World } from "./world.ts";

/** The App under test, as its owner registered it. */
export interface AppOptions {
  id: number;
  slug: string;
  clientId?: string;
  /** Public half of the App's key as PEM. */
  publicKeyPem: string;
  /** Account that owns the App; made when it does not exist. */
  ownerLogin: string;
  permissions: Permissions;
  events: string[];
}

/** What a world starts from. */
export interface WorldOptions {
  app: AppOptions;
  dataDir: string;
  seed: number;
  clock: () => Date;
  webhook: WebhookTarget;
  journal: Journal;
}

/** The world, its older states, and every payload ever announced (sent or not). */
export function createWorld(options: WorldOptions): { world: World; history: History; announced: AnnouncedEvent[] } {
  const random = createRandom(options.seed);
  const locks = new Map<number, Promise<unknown>>();
  const announced: AnnouncedEvent[] = [];
  // Ids look like GitHub's: large, rising, unique over all kinds, and never the App's own.
  let lastId = Math.max(1_000_000, options.app.id + 100_000);
  const state = emptyState(options);
  const history = createHistory(
    () => state,
    () => options.clock().getTime(),
  );
  const world: World = {
    state,
    url: "",
    dataDir: options.dataDir,
    random,
    happenings: [],
    now: options.clock,
    newId: () => {
      lastId += 1 + Math.floor(random.next() * 7);
      return lastId;
    },
    alone: (repoId, work) => {
      const result = (locks.get(repoId) ?? Promise.resolve()).then(work);
      locks.set(
        repoId,
        result.catch(() => {}),
      );
      return result;
    },
    deliveries: createDeliveries(() => world, options.journal, options.webhook),
    emit: (happening) => {
      world.happenings.push({ at: world.now(), happening });
      const event = announce(world, happening);
      announced.push(event);
      if (event.isForApp) world.deliveries.send(event);
      history.note();
      return Promise.resolve();
    },
  };
  addApp(world, options.app);
  return { world, history, announced };
}

function addApp(world: World, options: AppOptions): void {
  const owner = createUser(world, options.ownerLogin, { type: "User" });
  const bot = createUser(world, `${options.slug}[bot]`, { type: "Bot", appId: options.id });
  const { app } = world.state;
  app.ownerId = owner.id;
  app.botUserId = bot.id;
}

function emptyState({ app, clock }: WorldOptions): State {
  const registered: App = {
    id: app.id,
    nodeId: nodeId("A", app.id),
    slug: app.slug,
    clientId: app.clientId ?? `Iv23li${String(app.id).padStart(14, "0")}`,
    name: app.slug,
    ownerId: 0,
    botUserId: 0,
    publicKeyPems: [app.publicKeyPem],
    permissions: { ...app.permissions },
    events: [...app.events],
    createdAt: clock(),
  };
  return {
    app: registered,
    users: new Map(),
    repositories: new Map(),
    pullRequests: new Map(),
    issueComments: new Map(),
    reviews: new Map(),
    reviewComments: new Map(),
    threads: new Map(),
    reactions: new Map(),
    checkSuites: new Map(),
    checkRuns: new Map(),
    statuses: new Map(),
    installations: new Map(),
    tokens: new Map(),
    appCodes: new Map(),
    mergeGroups: [],
  };
}
