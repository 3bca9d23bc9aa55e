// What the GitHub App must be allowed and told: the same lists stand in app.yml (a test compares them), in the link that
// creates the App, and in what src/intent reads. Least privilege: reading code, writing on pull requests and checks.
import { PAYLOADS } from "./intent/payload.ts";

/** Permissions of the App, by GitHub's names. Source: https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps */
export const APP_PERMISSIONS = {
  metadata: "read",
  contents: "read",
  pull_requests: "write",
  issues: "write",
  checks: "write",
  statuses: "read",
  actions: "read",
  merge_queues: "read",
} as const;

/** GitHub sends these to every App; its form has no box for them. */
const ALWAYS_SENT = new Set(["installation", "installation_repositories"]);

/** Events that the App subscribes to. */
export const APP_EVENTS: readonly string[] = Object.keys(PAYLOADS);

/**
 * Address of GitHub's "new App" form with permissions and events filled in.
 * Source: https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-using-url-parameters
 */
export function newAppUrl(serverUrl: string): string {
  const url = new URL(`${serverUrl}/settings/apps/new`);
  url.searchParams.set("name", "Rondo");
  url.searchParams.set("public", "false");
  url.searchParams.set("webhook_active", "true");
  for (const [name, level] of Object.entries(APP_PERMISSIONS)) url.searchParams.set(name, level);
  for (const event of APP_EVENTS) if (!ALWAYS_SENT.has(event)) url.searchParams.append("events[]", event);
  return url.href;
}
