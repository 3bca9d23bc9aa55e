// Which page a path shows. Pages are for people who watch the demo: they need no sign-in. Forms are answered in app-form.ts.
import type { PullRequest, Repository } from "../state.ts";
import { findPullRequest, findRepository, fullName, isoTime, repositoryOf, userOf } from "../world.ts";
import type { World } from "../world.ts";
import { renderInstallForm } from "./app-form.ts";
import { markup, type Html } from "./html.ts";
import { renderPage, type Page } from "./layout.ts";
import { headMood, renderCrumbs, renderPullPage, renderState } from "./pull-page.ts";
import { renderAvatar, renderLogin } from "./render-parts.ts";

/**
 * The page at `path` (query ignored), undefined when there is none. Known: `/`,
 * `/{owner}/{repo}`, `…/pulls`, `…/pull/{n}` with anything below it, `…/runs/{check run id}` (a redirect),
 * `/apps/{slug}/installations/new`.
 */
export async function servePage(world: World, path: string): Promise<Page | undefined> {
  const { pathname } = new URL(path, world.url);
  if (pathname === "/") return renderAllPulls(world);
  if (pathname.endsWith("/installations/new")) return renderInstallForm(world, pathname);
  const parts = /^\/(?<name>[\w.-]+\/[\w.-]+?)(?:\/(?<what>pulls|pull|runs)(?:\/(?<id>\d+)(?:\/.*)?)?)?\/?$/.exec(
    pathname,
  )?.groups;
  const repository = parts && findRepository(world, parts["name"] ?? "");
  if (!parts || !repository) return undefined;
  const id = Number(parts["id"]);
  if (parts["what"] === "pull") {
    const pull = findPullRequest(world, repository.id, id);
    return pull && renderPullPage(world, pull);
  }
  if (parts["what"] === "runs") return redirectToRun(world, repository, id);
  return renderPulls(world, repository);
}

/** A check run's own address leads to its place on the page of its pull request. */
function redirectToRun(world: World, repository: Repository, id: number): Page | undefined {
  const run = world.state.checkRuns.get(id);
  if (!run || run.repoId !== repository.id) return undefined;
  const pull = pullsOf(world, repository).find((one) => one.headSha === run.headSha);
  const to = pull ? `pull/${pull.number}#check-run-${id}` : "pulls";
  return { status: 302, headers: { location: `/${fullName(world, repository)}/${to}` }, body: Buffer.alloc(0) };
}

function renderAllPulls(world: World): Page {
  const repositories = [...world.state.repositories.values()].filter((one) => pullsOf(world, one).length > 0);
  const content = repositories.map(
    (one) =>
      markup`<h2><a href="/${fullName(world, one)}/pulls">${fullName(world, one)}</a></h2>
        ${renderList(world, one)}`,
  );
  const empty = markup`<p class="muted">No pull request yet.</p>`;
  return renderPage(
    "Pull requests",
    markup`<b>Home</b>`,
    markup`<h1>Pull requests</h1>
      ${content.length > 0 ? content : empty}`,
    true,
  );
}

function renderPulls(world: World, repository: Repository): Page {
  const content = markup`<h1>Pull requests</h1>
    ${renderList(world, repository)}`;
  return renderPage(`Pull requests · ${fullName(world, repository)}`, renderCrumbs(world, repository), content, true);
}

/** Newest first, as on GitHub. */
function pullsOf(world: World, repository: Repository): PullRequest[] {
  return [...world.state.pullRequests.values()]
    .filter(({ repoId }) => repoId === repository.id)
    .sort((a, b) => b.number - a.number);
}

function renderList(world: World, repository: Repository): Html {
  const rows = pullsOf(world, repository).map((pull) => {
    const author = userOf(world, pull.authorId);
    const url = `/${fullName(world, repositoryOf(world, pull.repoId))}/pull/${pull.number}`;
    return markup`<li>
      ${renderAvatar(author)}
      <div>
        <b><a href="${url}">${pull.title}</a></b>
        <p>#${pull.number} opened ${isoTime(pull.createdAt).slice(0, 10)} by ${renderLogin(author)}</p>
      </div>
      ${renderState(pull)}${headMood(world, pull)}
    </li>`;
  });
  return rows.length > 0
    ? markup`<ul class="list">
        ${rows}
      </ul>`
    : markup`<p class="muted">No pull request yet.</p>`;
}
