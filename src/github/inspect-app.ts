// What GitHub knows of the App itself: its registration, its webhook, its installations. For `rondo doctor`, which only
// reads: the one POST behind it mints the token that reading an installation's repositories needs.
import type { GithubApp } from "./app.ts";
import { callGithub } from "./errors.ts";

/** The App as its owner registered it. */
export type AppFacts = {
  slug: string;
  /** Page of the App for people who install it. */
  htmlUrl: string;
  owner: { login: string; isOrganization: boolean };
  permissions: Readonly<Record<string, string>>;
  events: readonly string[];
};

/** The App's webhook. GitHub never shows the secret, only whether there is one. */
export type HookFacts = { url: string; contentType: string; hasSecret: boolean; checksCertificate: boolean };

/** One attempt to deliver; status code 0 when nothing answered, then `status` says why. */
export type DeliveryFacts = {
  guid: string;
  event: string;
  statusCode: number;
  status: string;
  /** UTC ISO. */
  deliveredAt: string;
};

/** The App on one account. */
export type InstallationFacts = {
  id: number;
  account: string;
  permissions: Readonly<Record<string, string>>;
  isSuspended: boolean;
  /** Page where the account's owner accepts permissions. */
  htmlUrl: string;
};

/** How many repositories an installation covers, and the names of some that were pushed to last. */
export type RepositoryFacts = { total: number; newest: readonly { owner: string; repo: string }[] };

/** All methods throw what `callGithub` throws. */
export type AppInspector = {
  readApp(): Promise<AppFacts>;
  readHook(): Promise<HookFacts>;
  /** The newest 100, newest first. */
  readDeliveries(): Promise<readonly DeliveryFacts[]>;
  /** The first 100. */
  readInstallations(): Promise<readonly InstallationFacts[]>;
  readRepositories(installationId: number): Promise<RepositoryFacts>;
  /** Logins behind the newest 100 issue comments and the newest 100 review comments of a repository. */
  readCommenters(installationId: number, repository: { owner: string; repo: string }): Promise<ReadonlySet<string>>;
};

/** Sends nothing by itself. */
export function inspectApp(github: GithubApp): AppInspector {
  const newest = { sort: "created", direction: "desc", per_page: 100 } as const;
  return {
    async readApp() {
      const octokit = await github.appOctokit();
      const { data } = await callGithub("Reading the App", () => octokit.request("GET /app"));
      if (data?.slug === undefined) throw new TypeError("GitHub's answer about the App has no slug");
      const { slug, html_url: htmlUrl, owner, permissions, events } = data;
      return { slug, htmlUrl, owner: ownerOf(owner), permissions: definedOnly(permissions), events };
    },
    async readHook() {
      const octokit = await github.appOctokit();
      const { data } = await callGithub("Reading the webhook", () => octokit.request("GET /app/hook/config"));
      const checksCertificate = String(data.insecure_ssl ?? "0") === "0";
      return {
        url: data.url ?? "",
        contentType: data.content_type ?? "form",
        hasSecret: (data.secret ?? "") !== "",
        checksCertificate,
      };
    },
    async readDeliveries() {
      const octokit = await github.appOctokit();
      const call = () => octokit.request("GET /app/hook/deliveries", { per_page: 100 });
      const { data } = await callGithub("Reading the deliveries", call);
      return data.map(({ guid, event, status_code: statusCode, status, delivered_at: deliveredAt }) => {
        return { guid, event, statusCode, status, deliveredAt };
      });
    },
    async readInstallations() {
      const octokit = await github.appOctokit();
      const call = () => octokit.request("GET /app/installations", { per_page: 100 });
      const { data } = await callGithub("Reading the installations", call);
      return data.map(({ id, account, permissions, suspended_at: suspendedAt, html_url: htmlUrl }) => {
        const isSuspended = (suspendedAt ?? null) !== null;
        return { id, account: accountName(account, id), permissions: definedOnly(permissions), isSuspended, htmlUrl };
      });
    },
    async readRepositories(installationId) {
      const octokit = await github.installationOctokit(installationId);
      const call = () => octokit.request("GET /installation/repositories", { per_page: 100 });
      const { data } = await callGithub("Reading the repositories", call);
      const sorted = data.repositories.toSorted((a, b) => (b.pushed_at ?? "").localeCompare(a.pushed_at ?? ""));
      return { total: data.total_count, newest: sorted.map(({ owner, name }) => ({ owner: owner.login, repo: name })) };
    },
    async readCommenters(installationId, repository) {
      const octokit = await github.installationOctokit(installationId);
      const options = { ...repository, ...newest };
      const lists = await callGithub("Reading the newest comments", () =>
        Promise.all([
          octokit.request("GET /repos/{owner}/{repo}/issues/comments", options),
          octokit.request("GET /repos/{owner}/{repo}/pulls/comments", options),
        ]),
      );
      return new Set(lists.flatMap(({ data }) => data.map((comment) => comment.user?.login ?? "")));
    },
  };
}

/** An enterprise has a slug instead of a login. */
function accountName(account: object | null, id: number): string {
  if (account !== null && "login" in account) return String(account.login);
  return account !== null && "slug" in account ? String(account.slug) : `installation ${id}`;
}

function ownerOf(owner: object | null): AppFacts["owner"] {
  const login = owner !== null && "login" in owner ? String(owner.login) : "";
  return { login, isOrganization: owner !== null && "type" in owner && owner.type === "Organization" };
}

function definedOnly(permissions: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(permissions).flatMap(([name, level]) => (level ? [[name, String(level)]] : [])),
  );
}
