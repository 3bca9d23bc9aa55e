// Registering an App from a manifest: the checks GitHub makes before it shows its form, the form's "Create", and the
// one-time code that becomes the App's id, key and secrets. The App under test is one: a new one takes its place.
// https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
import { generateKeyPairSync } from "node:crypto";
import type { PermissionLevel, Permissions, User } from "../state.ts";
import type { AppCode } from "../state-app.ts";
import { nodeId } from "../world.ts";
import type { World } from "../world.ts";
import { createUser } from "./users.ts";

/** A manifest that passed the checks. */
export type AppManifest = AppCode["manifest"];

/** What `POST /app-manifests/{code}/conversions` adds to the App. */
export interface AppSecrets {
  clientSecret: string;
  webhookSecret: string;
  /** PKCS#1, as GitHub makes it. */
  pem: string;
}

/** An hour, as the documentation says. */
const CODE_MS = 3_600_000;

/** Reads the form's `manifest` field: the manifest, or GitHub's sentences about what is wrong with it. */
export function readManifest(text: string): AppManifest | { problems: string[] } {
  const given = asRecord(parseJson(text));
  const hook = asRecord(given["hook_attributes"]);
  const manifest = {
    name: textOf(given["name"]),
    url: textOf(given["url"]),
    webhookUrl: textOf(hook["url"]),
    redirectUrl: textOf(given["redirect_url"]),
    permissions: asPermissions(given["default_permissions"]),
    events: asStrings(given["default_events"]),
  };
  const problems = [
    ...["url", "redirect_url"].filter((key) => !isWebAddress(given[key])).map((key) => `${key} must be a valid URL`),
    ...hookProblems(manifest.webhookUrl),
    ...eventProblems(manifest),
  ];
  return problems.length > 0 ? { problems } : manifest;
}

/** Whether another App or an account has the name; letter case and blanks do not count, as in the App's address. */
export function isNameTaken(world: World, name: string): boolean {
  const slug = slugOf(name);
  const { app, users } = world.state;
  return app.slug === slug || [...users.values()].some((user) => user.login.toLowerCase() === slug);
}

/** "Create GitHub App": keeps the registration and returns its code, which lives one hour and works once. */
export function registerApp(world: World, owner: User, manifest: AppManifest): string {
  const code = world.random.noise(40);
  const expiresAt = new Date(world.now().getTime() + CODE_MS);
  world.state.appCodes.set(code, { ownerId: owner.id, manifest, expiresAt });
  return code;
}

/** Turns a code into the App. Undefined for a code that is unknown, used or too old. */
export function convertManifest(world: World, code: string): AppSecrets | undefined {
  const registration = world.state.appCodes.get(code);
  world.state.appCodes.delete(code);
  if (registration === undefined || registration.expiresAt <= world.now()) return undefined;
  const { manifest, ownerId } = registration;
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const id = world.newId();
  const slug = slugOf(manifest.name);
  const bot = createUser(world, `${slug}[bot]`, { type: "Bot", appId: id });
  forgetApp(world);
  Object.assign(world.state.app, {
    id,
    nodeId: nodeId("A", id),
    slug,
    clientId: `Iv23li${String(id).padStart(14, "0")}`,
    name: manifest.name,
    ownerId,
    botUserId: bot.id,
    publicKeyPems: [publicKey.export({ type: "spki", format: "pem" }).toString()],
    permissions: manifest.permissions,
    events: manifest.events,
    createdAt: world.now(),
  });
  const webhookSecret = world.random.noise(40);
  Object.assign(world.deliveries.target, { url: manifest.webhookUrl, secret: webhookSecret });
  const pem = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
  return { clientSecret: world.random.noise(40), webhookSecret, pem };
}

/** The App before it is gone, and with it everything that was given to it. */
function forgetApp(world: World): void {
  const { installations, tokens } = world.state;
  installations.clear();
  for (const token of tokens.values()) if (token.kind === "installation") tokens.delete(token.value);
}

/** https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/registering-a-github-app */
function slugOf(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}

/** GitHub sends webhooks only to addresses on the Internet; a double on loopback takes its neighbours too. */
function hookProblems(url: string): string[] {
  return isWebAddress(url) ? [] : ["Hook url must be a valid URL"];
}

// These two reach every App anyway, and GitHub refuses a manifest that names them.
// https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
const ALWAYS_SENT = new Set(["installation", "installation_repositories", "github_app_authorization"]);

/** Permission of which one is needed to hear an event; empty: none. https://docs.github.com/en/webhooks/webhook-events-and-payloads */
const NEEDED: Record<string, string[]> = {
  check_run: ["checks"],
  check_suite: ["checks"],
  installation_target: [],
  issue_comment: ["issues", "pull_requests"],
  merge_group: ["merge_queues"],
  pull_request: ["pull_requests"],
  pull_request_review: ["pull_requests"],
  pull_request_review_comment: ["pull_requests"],
  pull_request_review_thread: ["pull_requests"],
  push: ["contents"],
  repository: ["metadata"],
  status: ["statuses"],
};

function eventProblems({ events, permissions }: Pick<AppManifest, "events" | "permissions">): string[] {
  const unsupported = events.filter((event) => ALWAYS_SENT.has(event) || NEEDED[event] === undefined);
  const withoutPermission = events.filter((event) => {
    const needed = NEEDED[event] ?? [];
    return needed.length > 0 && !needed.some((name) => permissions[name] !== undefined);
  });
  return [
    ...(unsupported.length > 0 ? [`Default events unsupported: ${unsupported.join(" and ")}`] : []),
    ...(withoutPermission.length > 0
      ? [`Default events are not supported by permissions: ${withoutPermission.join(" and ")}`]
      : []),
  ];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function asStrings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function asPermissions(value: unknown): Permissions {
  const levels: PermissionLevel[] = ["read", "write", "admin"];
  const permissions: Permissions = {};
  for (const [name, given] of Object.entries(asRecord(value))) {
    const level = levels.find((one) => one === given);
    if (level !== undefined) permissions[name] = level;
  }
  return permissions;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isWebAddress(value: unknown): boolean {
  return typeof value === "string" && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
