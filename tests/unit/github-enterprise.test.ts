// GitHub Enterprise Server: no file but the defaults knows github.com, so nothing is sent there, and no link leads there,
// when the settings name another server.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createGithubApp } from "../../src/github/app.ts";
import { APP_KEY } from "../support/processes.ts";

/** Where the word may stand: the two defaults, their help, and comparing with them. */
const ALLOWED: Readonly<Record<string, RegExp>> = {
  "src/environment.ts": /"https:\/\/(?:api\.)?github\.com"/,
  "src/first-steps.ts": /serverUrl: string = "https:\/\/github\.com"/,
  "src/cli/worker-environment.ts": /"default https:\/\/(?:api\.)?github\.com/,
  // The doctor compares settings with the defaults, and names them.
  "src/doctor/github-access.ts":
    /=== "https:\/\/(?:api\.)?github\.com"|Set GITHUB_API_URL to https:\/\/api\.github\.com/,
  "src/doctor/github-checks.ts": /\?\? "https:\/\/github\.com"/,
  "src/doctor/github-app.ts": /newAppUrl\("https:\/\/github\.com"\)/,
  // The manual, not the server.
  "src/github/errors.ts": /https:\/\/docs\.github\.com/,
};

it("is named by its settings only: github.com stands in the defaults and nowhere else", () => {
  const found = ["src", "workers"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .flatMap((entry) => {
        const file = join(entry.parentPath, entry.name);
        return readFileSync(file, "utf8")
          .split("\n")
          .filter((line) => /\bgithub(?:usercontent)?\.com/.test(line) && !/^\s*(?:\/\/|\/?\*)/.test(line))
          .filter((line) => ALLOWED[file]?.test(line) !== true)
          .map((line) => `${file}: ${line.trim()}`);
      }),
  );
  expect(found).toEqual([]);
});

it.each([
  ["https://ghe.example.test/api/v3", "https://ghe.example.test/api/graphql"],
  ["https://api.corp.ghe.test", "https://api.corp.ghe.test/graphql"],
  ["https://api.github.com", "https://api.github.com/graphql"],
])("%s has its tokens, its API and its GraphQL on one host", async (apiUrl, graphqlUrl) => {
  const seen: string[] = [];
  const app = createGithubApp({
    appId: 7,
    privateKey: APP_KEY,
    apiUrl,
    send: async (url) => {
      seen.push(url);
      const isToken = url.endsWith("/access_tokens");
      const token = { token: `ghs_${"x".repeat(36)}`, expires_at: "2099-01-01T00:00:00Z", permissions: {} };
      const headers = { "content-type": "application/json" };
      return new Response(JSON.stringify(isToken ? token : { data: {} }), { status: isToken ? 201 : 200, headers });
    },
  });
  const octokit = await app.installationOctokit(5);
  await octokit.rest.repos.get({ owner: "o", repo: "r" });
  await octokit.graphql("{ viewer { login } }");
  await app.mintToken(5, { repositoryIds: [1], permissions: { contents: "read" } });
  expect(new Set(seen)).toEqual(
    new Set([`${apiUrl}/app/installations/5/access_tokens`, `${apiUrl}/repos/o/r`, graphqlUrl]),
  );
});
