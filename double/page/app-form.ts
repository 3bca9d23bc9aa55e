// The three forms of GitHub that a person fills in to get an App: "Create GitHub App" from a manifest, the question for
// its name, and "Install". Nobody signs in here: the owner of the double's App is the one who sits at the browser.
// https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
import { isNameTaken, readManifest, registerApp, type AppManifest } from "../actions/app-manifests.ts";
import { installApp } from "../actions/installations.ts";
import type { User } from "../state.ts";
import { findUser, userOf } from "../world.ts";
import type { World } from "../world.ts";
import { markup, type Html } from "./html.ts";
import { renderPage, type Page } from "./layout.ts";

/** A submitted form: path, query and body as they came. */
export interface FormRequest {
  path: string;
  query: URLSearchParams;
  body: Buffer;
}

/** Answers a form that somebody sent, undefined for a path without one. */
export async function answerForm(world: World, { path, query, body }: FormRequest): Promise<Page | undefined> {
  const fields = new URLSearchParams(body.toString("utf8"));
  const place = /^(?:\/organizations\/(?<org>[\w.-]+))?\/settings\/apps\/(?<step>new|create)$/.exec(path)?.groups;
  if (place !== undefined) {
    const owner = ownerOf(world, place["org"]);
    if (owner === undefined) return undefined;
    const manifest = readManifest(fields.get("manifest") ?? "");
    if ("problems" in manifest) return renderProblems(manifest.problems);
    if (place["step"] === "create") return create(world, owner, manifest, fields);
    return renderForm(path, manifest, { manifest: fields.get("manifest") ?? "", state: query.get("state") ?? "" });
  }
  if (path !== installPath(world)) return undefined;
  const account = findUser(world, fields.get("account") ?? "");
  if (account === undefined) return undefined;
  await installApp(world, { account, repositories: "all" });
  const done = markup`<h1>Installed</h1>
    <p>${world.state.app.name} is installed on all repositories of <b>${account.login}</b>.</p>`;
  return renderPage("Installed", markup`<b>GitHub Apps</b>`, done, false);
}

/** The page on which the App is installed, undefined for another path. */
export function renderInstallForm(world: World, path: string): Page | undefined {
  if (path !== installPath(world)) return undefined;
  const owners = [...new Set([...world.state.repositories.values()].map(({ ownerId }) => ownerId))];
  const buttons = owners.map((id) => {
    const { login } = userOf(world, id);
    return markup`<p><button name="account" value="${login}">Install on ${login}</button></p>`;
  });
  const content = markup`<h1>Install ${world.state.app.name}</h1>
    <form method="post" action="${path}">${buttons.length > 0 ? buttons : "No account has a repository yet."}</form>`;
  return withForms(renderPage("Install", markup`<b>GitHub Apps</b>`, content, false));
}

function installPath(world: World): string {
  return `/apps/${world.state.app.slug}/installations/new`;
}

function ownerOf(world: World, organization: string | undefined): User | undefined {
  if (organization === undefined) return userOf(world, world.state.app.ownerId);
  const found = findUser(world, organization);
  return found?.type === "Organization" ? found : undefined;
}

function create(world: World, owner: User, manifest: AppManifest, fields: URLSearchParams): Page {
  const name = fields.get("name")?.trim() ?? "";
  const hidden = { manifest: fields.get("manifest") ?? "", state: fields.get("state") ?? "" };
  const place =
    owner.type === "Organization" ? `/organizations/${owner.login}/settings/apps/new` : "/settings/apps/new";
  if (name === "") return renderForm(place, manifest, hidden, "Name can't be blank");
  // https://docs.github.com/en/apps/creating-github-apps/registering-a-github-app/registering-a-github-app
  if (name.length > 34) return renderForm(place, { ...manifest, name }, hidden, "Name is too long");
  if (isNameTaken(world, name)) return renderForm(place, { ...manifest, name }, hidden, "Name is already taken");
  const location = new URL(manifest.redirectUrl);
  location.searchParams.set("code", registerApp(world, owner, { ...manifest, name }));
  if (hidden.state !== "") location.searchParams.set("state", hidden.state);
  return { status: 302, headers: { location: location.href }, body: Buffer.alloc(0) };
}

function renderForm(
  path: string,
  manifest: AppManifest,
  hidden: { manifest: string; state: string },
  problem?: string,
): Page {
  const content = markup`<h1>Create GitHub App</h1>
    ${problem !== undefined && markup`<p class="tag bad" role="alert">${problem}</p>`}
    <form method="post" action="${path.replace(/new$/, "create")}">
      <input type="hidden" name="manifest" value="${hidden.manifest}" />
      <input type="hidden" name="state" value="${hidden.state}" />
      <p><label>GitHub App name <input name="name" value="${manifest.name}" /></label></p>
      <p><button>Create GitHub App</button></p>
    </form>
    <p>It may: ${renderList(Object.entries(manifest.permissions).map(([name, level]) => `${name}: ${level}`))}</p>
    <p>It hears of: ${renderList(manifest.events)}</p>
    <p>Webhooks go to <code>${manifest.webhookUrl}</code></p>`;
  const page = renderPage("Create GitHub App", markup`<b>Settings</b>`, content, false);
  return withForms(page, new URL(manifest.redirectUrl).origin);
}

function renderList(words: readonly string[]): Html {
  return markup`<code>${words.join(", ")}</code>`;
}

function renderProblems(problems: readonly string[]): Page {
  const content = markup`<h1>Invalid GitHub App configuration</h1>
    <p>The configuration does not appear to be a valid GitHub App manifest.</p>
    <ul>${problems.map((problem) => markup`<li>Error ${problem}</li>`)}</ul>`;
  return { ...renderPage("Invalid", markup`<b>Settings</b>`, content, false), status: 422 };
}

/** Lets the page send its forms here; a browser asks the policy about the redirect that follows, too. */
function withForms(page: Page, ...redirects: string[]): Page {
  const policy = page.headers["content-security-policy"] ?? "";
  const allowed = ["'self'", ...redirects].join(" ");
  const headers = {
    ...page.headers,
    "content-security-policy": policy.replace("form-action 'none'", `form-action ${allowed}`),
  };
  return { ...page, headers };
}
