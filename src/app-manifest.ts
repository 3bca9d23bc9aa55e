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

/**
 * GitHub sends these to every App: its form has no box for them, and it refuses a manifest that names them.
 * Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
 */
const ALWAYS_SENT = new Set(["installation", "installation_repositories"]);

/** Path of the webhook, below the address that GitHub reaches. */
export const WEBHOOK_PATH = "/api/github/webhooks";

/** Events that the App hears of. */
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

/** GitHub's name for a manifest's parts; the JSON of it is what the form sends. */
export type AppManifest = {
  name: string;
  description: string;
  /** Homepage. */
  url: string;
  public: boolean;
  hook_attributes: { url: string; active: boolean };
  redirect_url: string;
  default_permissions: typeof APP_PERMISSIONS;
  default_events: readonly string[];
};

/**
 * The manifest of app.yml for one deployment. `publicUrl` is where GitHub reaches this server, without a trailing slash;
 * `redirectUrl` is where GitHub sends the browser with the code.
 * Source: https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
 */
export function appManifest(deployment: { name: string; publicUrl: string; redirectUrl: string }): AppManifest {
  return {
    name: deployment.name,
    description: "Takes a pull request through review rounds until it is READY for a human to merge.",
    url: deployment.publicUrl,
    public: false,
    hook_attributes: { url: `${deployment.publicUrl}${WEBHOOK_PATH}`, active: true },
    redirect_url: deployment.redirectUrl,
    default_permissions: APP_PERMISSIONS,
    default_events: APP_EVENTS.filter((event) => !ALWAYS_SENT.has(event)),
  };
}
