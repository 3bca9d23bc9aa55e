// Installations as REST and webhooks show them.
import { apiUrl, isoTime, userOf } from "../world.ts";
import type { World } from "../world.ts";
import type { Installation } from "../state-app.ts";
import { presentUser } from "./user.ts";

/** Schema `installation`. */
export function presentInstallation(world: World, installation: Installation): Record<string, unknown> {
  const { app } = world.state;
  const account = userOf(world, installation.accountId);
  const api = apiUrl(world);
  return {
    id: installation.id,
    account: presentUser(world, account),
    repository_selection: installation.repositoryIds === "all" ? "all" : "selected",
    access_tokens_url: `${api}/app/installations/${installation.id}/access_tokens`,
    repositories_url: `${api}/installation/repositories`,
    html_url:
      account.type === "Organization"
        ? `${world.url}/organizations/${account.login}/settings/installations/${installation.id}`
        : `${world.url}/settings/installations/${installation.id}`,
    app_id: app.id,
    client_id: app.clientId,
    app_slug: app.slug,
    target_id: account.id,
    target_type: account.type,
    permissions: installation.permissions,
    events: installation.events,
    created_at: isoTime(installation.createdAt),
    updated_at: isoTime(installation.updatedAt),
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: installation.suspendedAt === null ? null : presentUser(world, account),
    suspended_at: installation.suspendedAt === null ? null : isoTime(installation.suspendedAt),
  };
}
