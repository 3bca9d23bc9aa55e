// From a happening to a webhook: the fields every payload has, and whether the App gets it at all.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads
import { installationFor } from "../actions/installations.ts";
import { presentFullRepository } from "../present/repository.ts";
import { presentOrganization, presentUser } from "../present/user.ts";
import type { Happening, World } from "../world.ts";
import { userOf } from "../world.ts";
import type { OutgoingEvent } from "./deliveries.ts";

/** An event with its whole payload; `isForApp` says whether GitHub would send it to the App. */
export interface AnnouncedEvent extends OutgoingEvent {
  isForApp: boolean;
}

// Sent to every App, subscribed or not.
const ALWAYS_SENT = new Set(["installation", "installation_repositories", "installation_target"]);

/** Builds the payload as of now: later changes must not show in it. */
export function announce(world: World, happening: Happening): AnnouncedEvent {
  const { repository, event, action } = happening;
  const installation = repository === null ? undefined : installationFor(world, repository);
  const installationId = happening.installationId ?? installation?.id ?? null;
  const owner = repository === null ? undefined : userOf(world, repository.ownerId);
  const payload: Record<string, unknown> = {
    ...(action === null ? {} : { action }),
    ...happening.payload,
    ...(repository === null ? {} : { repository: presentRepositoryFor(world, happening) }),
    ...(owner?.type === "Organization" ? { organization: presentOrganization(world, owner) } : {}),
    sender: presentUser(world, happening.sender),
    ...(installation === undefined ? {} : { installation: { id: installation.id, node_id: installation.nodeId } }),
  };
  return {
    guid: world.random.guid(),
    event,
    action,
    installationId,
    repositoryId: repository?.id ?? null,
    payload: structuredClone(payload),
    isForApp: ALWAYS_SENT.has(event) || installation?.events.includes(event) === true,
  };
}

// `push` is the odd one: times are numbers there, and the owner has a name.
function presentRepositoryFor(world: World, { event, repository }: Happening): Record<string, unknown> {
  if (repository === null) return {};
  const full = presentFullRepository(world, repository);
  if (event !== "push") return full;
  const owner = userOf(world, repository.ownerId);
  return {
    ...full,
    owner: { ...presentUser(world, owner), name: owner.login, email: owner.email },
    created_at: Math.floor(repository.createdAt.getTime() / 1000),
    pushed_at: Math.floor(repository.pushedAt.getTime() / 1000),
    stargazers: 0,
    master_branch: repository.defaultBranch,
  };
}
