// The world is what every action, route and presenter gets as first argument: the state plus the few things around it
// (clock, chance, address, event bus, one lock per repository). It is a plain object, so a fault that serves stale
// reads can hand out `{ ...world, state: older }`.
import { createHash } from "node:crypto";
import type { Random } from "./random.ts";
import type { PullRequest, Repository, State, User } from "./state.ts";
import type { Deliveries } from "./webhooks/deliveries.ts";

/** Something that happened, before it becomes a webhook. `payload` holds everything but the common fields. */
export interface Happening {
  /** GitHub's event name, e.g. `issue_comment`. */
  event: string;
  /** The payload's `action`, null for events without one (`push`). */
  action: string | null;
  /** Null for account-level events such as `installation`. */
  repository: Repository | null;
  sender: User;
  payload: Record<string, unknown>;
  /** Set for `installation*` events, which go out whatever events the App subscribed to. */
  installationId?: number;
}

/** A happening and when it was announced. */
export interface RecordedHappening {
  at: Date;
  happening: Happening;
}

/** Who writes: the account shown as author, and the App it acts for (null for people). */
export interface Writer {
  user: User;
  appId: number | null;
}

/** The double's surroundings of the state. */
export interface World {
  state: State;
  /** Root URL without a trailing slash, e.g. `http://127.0.0.1:40123`. */
  url: string;
  dataDir: string;
  random: Random;
  /** Webhooks on their way and past ones. */
  deliveries: Deliveries;
  /** Everything `emit` announced, oldest first; the pages show it (pushes, labels, draft switches) in the conversation. */
  happenings: RecordedHappening[];
  /** Now, by the injected clock. */
  now(): Date;
  /** A fresh numeric id, unique over all kinds. */
  newId(): number;
  /** Announces a happening: recorded always, sent as a webhook when the App would get it. */
  emit(happening: Happening): Promise<void>;
  /** Runs `work` alone among all pushes and merges of that repository, in order of arrival. */
  alone<Result>(repoId: number, work: () => Promise<Result>): Promise<Result>;
}

/** REST root, GitHub Enterprise style. */
export function apiUrl(world: World): string {
  return `${world.url}/api/v3`;
}

/** GitHub's GraphQL node id form: a type prefix and an opaque rest (here the id, base64url). */
export function nodeId(prefix: string, id: number): string {
  return `${prefix}_${Buffer.from(`rondo:${id}`).toString("base64url")}`;
}

/** The user with that id; every stored id exists, so a miss is a bug in the double. */
export function userOf(world: World, id: number): User {
  return must(world.state.users.get(id), `user ${id}`);
}

/** Account by login, letter case ignored like on GitHub. */
export function findUser(world: World, login: string): User | undefined {
  const wanted = login.toLowerCase();
  return [...world.state.users.values()].find((user) => user.login.toLowerCase() === wanted);
}

/** Account by commit e-mail address. */
export function findUserByEmail(world: World, email: string): User | undefined {
  return [...world.state.users.values()].find((user) => user.email === email);
}

/** The repository with that id; a miss is a bug in the double. */
export function repositoryOf(world: World, id: number): Repository {
  return must(world.state.repositories.get(id), `repository ${id}`);
}

/** `owner/name` as it is now. */
export function fullName(world: World, repository: Repository): string {
  return `${userOf(world, repository.ownerId).login}/${repository.name}`;
}

/** Repository by `owner/name`, letter case ignored; former names are not looked at. */
export function findRepository(world: World, nameWithOwner: string): Repository | undefined {
  const wanted = nameWithOwner.toLowerCase();
  return [...world.state.repositories.values()].find(
    (repository) => fullName(world, repository).toLowerCase() === wanted,
  );
}

/** Repository that once had this `owner/name`, for 301 answers. */
export function findRenamedRepository(world: World, nameWithOwner: string): Repository | undefined {
  const wanted = nameWithOwner.toLowerCase();
  return [...world.state.repositories.values()].find((repository) =>
    repository.formerNames.some((former) => former.toLowerCase() === wanted),
  );
}

/** Pull request by number, undefined when there is none. */
export function findPullRequest(world: World, repoId: number, number: number): PullRequest | undefined {
  return [...world.state.pullRequests.values()].find((pull) => pull.repoId === repoId && pull.number === number);
}

/** Seconds-precision ISO time, the only form GitHub's REST prints. */
export function isoTime(date: Date): string {
  return date.toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** Short hash for ETags and avatar names; not a secret. */
export function shortHash(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 40);
}

function must<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined)
    throw new Error(`the double lost ${what}: a record points to something that is not in the state`);
  return value;
}
