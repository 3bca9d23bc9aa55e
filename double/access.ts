// What may the caller see and do? Hidden repositories are 404, missing permissions 403, as GitHub answers.
import { roleOf, isAtLeast } from "./actions/users.ts";
import { covers } from "./actions/installations.ts";
import { ApiError, notAccessible, notFound } from "./api-error.ts";
import type { Actor } from "./auth.ts";
import type { Access, Need } from "./route.ts";
import type { Permissions, Repository } from "./state.ts";

/** Whether an installation token covers a repository, its narrowing included. */
export function isCovered(actor: Actor, repository: Repository): boolean {
  if (actor.kind !== "installation" || !covers(actor.installation, repository)) return false;
  return actor.token.repositoryIds === null || actor.token.repositoryIds.has(repository.id);
}

/** Whether the caller may know that the repository exists. */
export function canSee(actor: Actor, repository: Repository): boolean {
  if (!repository.isPrivate || actor.kind === "app") return true;
  if (actor.kind === "user") return isAtLeast(roleOf(repository, actor.user), "read");
  return isCovered(actor, repository);
}

/** Whether granted permissions include a need; metadata read is implied, write includes read. */
export function grants(permissions: Permissions, need: Need): boolean {
  const [name = "", level] = need.split(":");
  if (name === "metadata") return true;
  const granted = permissions[name];
  return level === "read" ? granted !== undefined : granted === "write" || granted === "admin";
}

/** Throws 401, 403 or 404 unless the caller may use a route with that access on that repository (null: none named). */
export function demandAccess(actor: Actor, access: Access, repository: Repository | null): void {
  if (repository !== null && !canSee(actor, repository)) throw notFound();
  if (access === "everyone") return;
  if (access === "app") {
    if (actor.kind !== "app") throw new ApiError(401, "A JSON web token could not be decoded");
    return;
  }
  if (access === "installation") {
    if (actor.kind === "anonymous") throw new ApiError(401, "Requires authentication");
    if (actor.kind !== "installation")
      throw new ApiError(
        403,
        "You must authenticate with an installation access token in order to list repositories for an installation.",
      );
    return;
  }
  demandPermission(actor, access, repository);
}

function demandPermission(actor: Actor, needs: Need[], repository: Repository | null): void {
  const isRead = needs.some((need) => need.endsWith(":read"));
  switch (actor.kind) {
    case "app":
      throw new ApiError(401, "Requires authentication");
    case "anonymous":
      if (isRead && repository !== null) return;
      throw new ApiError(401, "Requires authentication");
    case "user":
      if (repository !== null && !isAtLeast(roleOf(repository, actor.user), roleFor(needs))) throw notFound();
      break;
    case "installation": {
      if (repository !== null && !isCovered(actor, repository)) {
        // A public repository outside the installation can be read, never written.
        if (isRead) return;
        throw notAccessible();
      }
      if (!needs.some((need) => grants(actor.token.permissions, need))) throw notAccessible();
      break;
    }
  }
  if (!isRead && repository?.isArchived === true) throw new ApiError(403, "Repository was archived so is read-only.");
}

// People: anyone who reads may comment and review; code, checks and labels need more.
function roleFor(needs: Need[]): "read" | "triage" | "write" {
  if (needs.some((need) => need.endsWith(":read"))) return "read";
  if (needs.some((need) => need.startsWith("issues:") || need.startsWith("pull_requests:"))) return "read";
  return "write";
}

/** Permissions of a narrowed token; throws 422 when it asks for more than was granted. */
export function narrowPermissions(granted: Permissions, wanted: Record<string, unknown> | undefined): Permissions {
  if (wanted === undefined) return { ...granted };
  const narrowed: Permissions = { metadata: "read" };
  for (const [name, level] of Object.entries(wanted)) {
    const isGranted = level === "read" || level === "write" ? grants(granted, `${name}:${level}`) : false;
    if (!isGranted) {
      throw new ApiError(422, "The permissions requested are not granted to this installation.");
    }
    narrowed[name] = level === "write" ? "write" : "read";
  }
  return narrowed;
}
