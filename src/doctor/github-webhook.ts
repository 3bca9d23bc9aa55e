// Checks of the way back: where GitHub sends the App's events, and whether they arrived lately.
import { WEBHOOK_PATH } from "../app-manifest.ts";
import type { AppFacts, DeliveryFacts, HookFacts } from "../github/inspect-app.ts";
import { ok, warning, wrong, type Finding } from "./check.ts";

/** Where the App's owner changes its settings. */
export function appSettingsUrl(serverUrl: string, { slug, owner }: Pick<AppFacts, "slug" | "owner">): string {
  const account = owner.isOrganization ? `/organizations/${owner.login}` : "";
  return `${serverUrl}${account}/settings/apps/${slug}`;
}

/** `publicUrl` without a trailing slash, null when it is not set; `settingsUrl` is the App's page. */
export function judgeHook(hook: HookFacts, publicUrl: string | null, settingsUrl: string): Finding {
  const expected = `${publicUrl ?? "https://YOUR-HOST"}${WEBHOOK_PATH}`;
  const todo = `Set the webhook URL to ${expected} at ${settingsUrl}.`;
  const url = URL.canParse(hook.url) ? new URL(hook.url) : undefined;
  if (url === undefined) return wrong("The App has no webhook URL: no event will come.", todo);
  const shown = `${url.origin}${url.pathname}`;
  if (/(?:^|\.)example\.(?:com|org|net)$/.test(url.hostname)) {
    return wrong(`The webhook URL is still the example's: ${shown}.`, todo);
  }
  if (url.pathname !== WEBHOOK_PATH) {
    return wrong(`The webhook URL ${shown} has another path than ${WEBHOOK_PATH}.`, todo);
  }
  if (publicUrl !== null && shown !== expected) {
    return wrong(`The webhook URL is ${shown}, but RONDO_PUBLIC_URL says ${publicUrl}.`, todo);
  }
  if (hook.contentType !== "json") {
    return wrong(
      `The webhook sends ${hook.contentType}, which is refused.`,
      `Choose the content type application/json at ${settingsUrl}.`,
    );
  }
  if (!hook.hasSecret) {
    return wrong("The App has no webhook secret at GitHub.", `Put WEBHOOK_SECRET in at ${settingsUrl}.`);
  }
  return judgeTransport(hook, url, { publicUrl, todo, settingsUrl });
}

function judgeTransport(
  hook: HookFacts,
  url: URL,
  { publicUrl, todo, settingsUrl }: { publicUrl: string | null; todo: string; settingsUrl: string },
): Finding {
  const shown = `${url.origin}${url.pathname}`;
  const isLoopback = /^(?:localhost|127(?:\.[0-9]+){3}|\[::1\])$/.test(url.hostname);
  const isTrial = isLoopback && new URL(settingsUrl).protocol === "http:";
  if (isLoopback && !isTrial)
    return wrong(`GitHub cannot reach ${url.origin}: it is this machine's own address.`, todo);
  if (url.protocol !== "https:" && !isTrial) {
    return wrong(`The webhook URL ${shown} is not https: anybody on the way can read the events.`, todo);
  }
  if (!hook.checksCertificate) {
    return warning(
      "GitHub does not check the certificate of the webhook URL.",
      `Switch on SSL verification at ${settingsUrl}.`,
    );
  }
  return ok(publicUrl === null ? `${shown} (set RONDO_PUBLIC_URL to have it compared)` : shown);
}

/** Recent attempts, newest first. A delivery that arrived in a later attempt has not failed. */
export function judgeDeliveries(deliveries: readonly DeliveryFacts[], now: Date, settingsUrl: string): Finding {
  const page = `${settingsUrl}/advanced`;
  const newest = deliveries[0];
  if (newest === undefined) {
    return warning(
      "GitHub has sent nothing in the last days.",
      `Open a pull request in an installed repository, then look at ${page}.`,
    );
  }
  const latest = new Map<string, DeliveryFacts>();
  for (const one of deliveries) if (!latest.has(one.guid)) latest.set(one.guid, one);
  const failed = [...latest.values()].filter((one) => !arrived(one));
  const when = `${ago(newest.deliveredAt, now)} ago`;
  if (failed.length === 0) return ok(`${plural(latest.size)} arrived, the newest ${when}`);
  const refusals = failed.filter((one) => one.statusCode === 401);
  const words = `${failed.length} of the last ${plural(latest.size)} failed (${codesOf(failed)}), the newest ${ago(failed[0]?.deliveredAt ?? "", now)} ago`;
  if (arrived(newest)) return warning(`${words}; since then they arrive.`, `Redeliver what still matters at ${page}.`);
  if (newest.statusCode === 401 && refusals.length > 0) {
    return wrong(
      `${words}: the signature is refused, so WEBHOOK_SECRET differs from the App's secret.`,
      `Put the same secret into WEBHOOK_SECRET and at ${settingsUrl}, then redeliver at ${page}.`,
    );
  }
  return warning(`${words}.`, `${reasonFor(newest)} Then redeliver at ${page}.`);
}

/** GitHub's own list counts 400 to 599 only; 0 is a time-out or no connection. */
function arrived({ statusCode }: DeliveryFacts): boolean {
  return statusCode >= 200 && statusCode <= 399;
}

function codesOf(failed: readonly DeliveryFacts[]): string {
  const counts = new Map<string, number>();
  for (const { statusCode, status } of failed) {
    const name = statusCode === 0 ? status.toLowerCase() : `status ${statusCode}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => (counts.size === 1 ? name : `${count} × ${name}`)).join(", ");
}

function reasonFor({ statusCode }: DeliveryFacts): string {
  if (statusCode === 404) return "Something else answers at the webhook URL, or its path is wrong.";
  if (statusCode === 0) return "See that the server runs and that GitHub can reach the webhook URL.";
  if (statusCode >= 500) return "See that the server runs and look at its log; 503 means that Redis was down.";
  return "Look at the answer GitHub shows there, and put it right.";
}

function plural(count: number): string {
  return count === 1 ? "1 delivery" : `${count} deliveries`;
}

/** `3 min`, `2 h`, `5 days`. */
function ago(at: string, now: Date): string {
  const minutes = Math.max(0, (now.getTime() - Date.parse(at)) / 60_000);
  if (minutes < 1) return "less than a minute";
  if (minutes < 90) return `${Math.round(minutes)} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 60 / 24)} days`;
}
