// People, organisations and their roles.
import type { Role, User } from "../state.ts";
import type { Repository } from "../state.ts";
import { nodeId } from "../world.ts";
import type { World } from "../world.ts";

/** Adds an account. Throws when the login is taken. */
export function createUser(
  world: World,
  login: string,
  options: { type?: User["type"]; name?: string; email?: string; appId?: number } = {},
): User {
  const taken = [...world.state.users.values()].some((user) => user.login.toLowerCase() === login.toLowerCase());
  if (taken) throw new Error(`the double already has an account ${login}`);
  const id = world.newId();
  const user: User = {
    id,
    nodeId: nodeId("U", id),
    login,
    type: options.type ?? "User",
    name: options.name ?? null,
    email: options.email ?? `${id}+${login}@users.noreply.github.com`,
    appId: options.appId ?? null,
    createdAt: world.now(),
  };
  world.state.users.set(id, user);
  return user;
}

/** Gives a person a role on a repository; "none" takes it away. */
export function setRole(repository: Repository, user: User, role: Role): void {
  if (role === "none") repository.roles.delete(user.id);
  else repository.roles.set(user.id, role);
}

const STRENGTH: Role[] = ["none", "read", "triage", "write", "maintain", "admin"];

/** Role a person has: the owner is admin, everyone reads a public repository. */
export function roleOf(repository: Repository, user: User): Role {
  if (user.id === repository.ownerId) return "admin";
  return repository.roles.get(user.id) ?? (repository.isPrivate ? "none" : "read");
}

/** Whether a role is at least as strong as another. */
export function isAtLeast(role: Role, wanted: Role): boolean {
  return STRENGTH.indexOf(role) >= STRENGTH.indexOf(wanted);
}
