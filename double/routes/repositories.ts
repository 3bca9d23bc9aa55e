// The repository itself and people's roles on it. https://docs.github.com/en/rest/collaborators/collaborators
import { roleOf } from "../actions/users.ts";
import { notFound } from "../api-error.ts";
import { presentFullRepository } from "../present/repository.ts";
import { presentUser } from "../present/user.ts";
import type { Call, Reply, Route } from "../route.ts";
import type { Role } from "../state.ts";
import { findUser } from "../world.ts";

/** `/repos/{owner}/{repo}` and the collaborator permission. */
export const repositoryRoutes: Route[] = [
  {
    method: "GET",
    path: "/repos/{owner}/{repo}",
    access: ["metadata:read"],
    handle: ({ world, repository }) => ({ status: 200, body: presentFullRepository(world, repository()) }),
  },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/collaborators/{username}/permission",
    access: ["metadata:read"],
    handle: readPermission,
  },
];

// The old field knows four levels; `role_name` has the real one.
const OLD_LEVEL: Record<Role, string> = {
  none: "none",
  read: "read",
  triage: "read",
  write: "write",
  maintain: "write",
  admin: "admin",
};

function readPermission({ world, params, repository }: Call): Reply {
  const user = findUser(world, params["username"] ?? "");
  if (user === undefined) throw notFound();
  const role = roleOf(repository(), user);
  const has = (roles: Role[]): boolean => roles.includes(role);
  const permissions = {
    pull: role !== "none",
    triage: has(["triage", "write", "maintain", "admin"]),
    push: has(["write", "maintain", "admin"]),
    maintain: has(["maintain", "admin"]),
    admin: role === "admin",
  };
  return {
    status: 200,
    body: {
      permission: OLD_LEVEL[role],
      role_name: role,
      user: { ...presentUser(world, user), permissions, role_name: role },
    },
  };
}
