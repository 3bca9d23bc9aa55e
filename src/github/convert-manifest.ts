// Fetches what GitHub made of a manifest: the App's id, its private key and its webhook secret. It is the only request that
// Rondo sends without being anybody yet; the code in it is worth the key, so it never reaches a log.
// Source: https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest
import { request } from "@octokit/request";
import { z } from "zod";
import { PermanentError } from "../errors.ts";
import { callGithub } from "./errors.ts";
import { timedFetch, type Fetch } from "./timed-fetch.ts";

/** A freshly created App with its secrets. */
export type CreatedApp = {
  appId: number;
  name: string;
  /** Login of the account that owns it. */
  owner: string;
  /** Its public page; `/installations/new` below it is where it gets installed. */
  pageUrl: string;
  /** PEM. */
  privateKey: string;
  /** Null when GitHub made none. */
  webhookSecret: string | null;
};

const Conversion = z
  .object({
    id: z.number().int().positive(),
    name: z.string().min(1),
    owner: z.object({ login: z.string() }).nullish(),
    html_url: z.url({ protocol: /^https?$/ }),
    pem: z.string().includes("PRIVATE KEY"),
    webhook_secret: z.string().nullish(),
  })
  .transform((app): CreatedApp => ({
    appId: app.id,
    name: app.name,
    owner: app.owner?.login ?? "",
    pageUrl: app.html_url.replace(/\/+$/, ""),
    privateKey: app.pem,
    webhookSecret: app.webhook_secret ?? null,
  }));

/**
 * Exchanges the one-time `code`. A code works once and for one hour: PermanentError GITHUB_NOT_FOUND afterwards. Network and
 * server trouble are the RetryableErrors of `githubError`; PermanentError GITHUB_ANSWER_STRANGE for an answer without a key.
 */
export async function convertManifest(options: { apiUrl: string; code: string; send?: Fetch }): Promise<CreatedApp> {
  const { apiUrl, code, send = timedFetch() } = options;
  const { data } = await callGithub("Fetching the new App's key", () =>
    request("POST /app-manifests/{code}/conversions", { baseUrl: apiUrl, code, request: { fetch: send } }),
  );
  const app = Conversion.safeParse(data);
  if (app.success) return app.data;
  throw new PermanentError("GitHub's answer about the new App holds no usable key.", {
    code: "GITHUB_ANSWER_STRANGE",
    hint: "Check that GITHUB_API_URL is the API of the server on which the App was created.",
  });
}
