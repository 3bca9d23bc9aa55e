// Takes the secrets out of the environment once they were read: no child process may inherit one, and none may be printed.
import { SECRET_VARIABLES } from "./environment.ts";
import { registerSecret } from "./mask-secrets.ts";
import { PROXY_VARIABLES } from "./network-environment.ts";

/** Deletes the variables that hold or may hold secrets from `env`, and makes their values known to the log's mask. */
export function takeSecrets(env: Record<string, string | undefined>): void {
  for (const name of [...SECRET_VARIABLES, ...PROXY_VARIABLES]) {
    const value = env[name];
    if (value === undefined) continue;
    delete env[name];
    // Of an address only the login is secret; host and port belong into messages.
    if (name === "REDIS_URL" || PROXY_VARIABLES.includes(name)) registerLogin(value);
    else registerSecret(value);
  }
}

/** The password as it is written and as it is meant; together with the user when it is too short to be masked by itself. */
function registerLogin(address: string): void {
  const login = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?<login>[^/]*)@/i.exec(address)?.groups?.["login"];
  if (login === undefined) return;
  const password = login.slice(login.indexOf(":") + 1);
  for (const text of [password, decoded(password), login, decoded(login)]) registerSecret(text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
