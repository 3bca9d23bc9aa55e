// Who asks, and what may they do? GraphQL answers 200 with an error entry where REST answers 403 or 404.
import type { GraphQLError } from "graphql";
import { canSee, grants, isCovered } from "../access.ts";
import { isAtLeast, roleOf } from "../actions/users.ts";
import { ApiError } from "../api-error.ts";
import type { Actor } from "../auth.ts";
import type { Need } from "../route.ts";
import type { Repository, User } from "../state.ts";
import type { World, Writer } from "../world.ts";
import { notAccessible, refusal } from "./refusal.ts";

/** The caller of one document. */
export type Caller = {
  world: World;
  /** Account shown as `viewer`. */
  user: User;
  writer: Writer;
  /** Whether the repository exists for this caller. */
  sees: (repository: Repository) => boolean;
  /** Throws FORBIDDEN when an App may not read pull requests of a private repository. */
  demandRead: (repository: Repository) => void;
  /** Throws FORBIDDEN unless one of the permissions is there; people need write access for `contents` only. */
  demand: (repository: Repository, ...needs: Need[]) => void;
  /** A NOT_FOUND error. */
  missing: (message: string) => GraphQLError;
};

/** Throws 401 for callers without a user: GraphQL has no anonymous access and takes no App JWT. */
export function callerOf(world: World, actor: Actor): Caller {
  if (actor.kind === "anonymous" || actor.kind === "app") {
    throw new ApiError(401, "This endpoint requires you to be authenticated.");
  }
  const isApp = actor.kind === "installation";
  const user = isApp ? actor.bot : actor.user;
  return {
    world,
    user,
    writer: { user, appId: isApp ? world.state.app.id : null },
    sees: (repository) => canSee(actor, repository),
    missing: (message) => refusal("NOT_FOUND", message),
    demandRead: (repository) => {
      const isBarred = isApp && repository.isPrivate && !grants(actor.token.permissions, "pull_requests:read");
      if (isBarred) throw notAccessible();
    },
    demand: (repository, ...needs) => {
      const may = isApp
        ? isCovered(actor, repository) && needs.some((need) => grants(actor.token.permissions, need))
        : isAtLeast(roleOf(repository, user), needs.some((need) => need.startsWith("contents:")) ? "write" : "read");
      if (!may) throw notAccessible();
    },
  };
}
