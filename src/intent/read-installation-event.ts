// Webhooks about where Rondo is installed: repositories that move, installations that change.
// Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
import type { Ignored, Intent } from "./intent.ts";
import type { Payload } from "./payload.ts";
import { repositoryOf, unusedAction } from "./payload-parts.ts";

/** Reads one `repository` payload: the state folder follows a rename or transfer by the repository's id. */
export function readRepository(payload: Payload<"repository">): Intent | Ignored {
  const repo = repositoryOf(payload);
  if ("ignored" in repo) return repo;
  return payload.action === "renamed" || payload.action === "transferred"
    ? { kind: "repositoryMoved", repo }
    : unusedAction("repository", payload.action);
}

/** Reads one `installation` payload: created, deleted, suspended, or new permissions accepted. */
export function readInstallation(payload: Payload<"installation">): Intent | Ignored {
  return readChange(payload, "installation", [
    "created",
    "deleted",
    "suspend",
    "unsuspend",
    "new_permissions_accepted",
  ]);
}

/** Reads one `installation_repositories` payload; the intent's action is `repositories_added` or `repositories_removed`. */
export function readInstallationRepositories(payload: Payload<"installation_repositories">): Intent | Ignored {
  const change = readChange(payload, "installation_repositories", ["added", "removed"], "repositories_");
  const listed = payload.action === "added" ? payload.repositories_added : payload.repositories_removed;
  return "ignored" in change ? change : { ...change, repositoryIds: (listed ?? []).map(({ id }) => id) };
}

/** Reads one `installation_target` payload: the account was renamed; the intent's action is `target_renamed`. */
export function readInstallationTarget(payload: Payload<"installation_target">): Intent | Ignored {
  return readChange(payload, "installation_target", ["renamed"], "target_");
}

function readChange(
  payload: Payload<"installation">,
  event: string,
  actions: readonly string[],
  prefix = "",
): Extract<Intent, { kind: "installationChanged" }> | Ignored {
  if (payload.action === undefined || !actions.includes(payload.action)) return unusedAction(event, payload.action);
  if (payload.installation === undefined) return { ignored: "the payload names no installation" };
  return {
    kind: "installationChanged",
    installationId: payload.installation.id,
    action: `${prefix}${payload.action}`,
    repositoryIds: null,
  };
}
