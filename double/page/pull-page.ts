// The page of one pull request: what it is, whether it may merge, what happened, what changed.
import { mergeability } from "../git/mergeability.ts";
import type { PullRequest, Repository } from "../state.ts";
import { fullName, repositoryOf, userOf } from "../world.ts";
import type { World } from "../world.ts";
import { markup, type Html } from "./html.ts";
import { renderPage, type Page } from "./layout.ts";
import { decideMerge, readCheckRuns, renderChecks, type MergeAnswer } from "./render-checks.ts";
import { readFiles, renderFiles } from "./render-files.ts";
import { renderSide } from "./render-side.ts";
import { moodOf, renderBody, renderLogin, renderMood, renderReactions, renderSha } from "./render-parts.ts";
import { renderCommentBox, renderTimeline } from "./render-timeline.ts";
import { readThreads, readTimeline, type TimelineItem } from "./timeline.ts";

/** Renders the pull request as it stands; the same state gives the same bytes. */
export async function renderPullPage(world: World, pull: PullRequest): Promise<Page> {
  const repository = repositoryOf(world, pull.repoId);
  const [items, files, isMergeable] = await Promise.all([
    readTimeline(world, pull),
    readFiles(world, pull),
    mergeability(repository.gitDir, pull.baseRef, pull.headSha),
  ]);
  const runs = readCheckRuns(world, pull.repoId, pull.headSha);
  const merge = decideMerge(pull, runs, isMergeable);
  const talk = items.filter(({ kind }) => kind === "comment" || kind === "review").length;
  const content = markup`${renderHeader(world, pull)}${renderStrip(world, pull, merge, items)}
    <nav class="tabs">
      <a href="#conversation">Conversation <span class="count">${talk}</span></a>
      <a href="#checks">Checks <span class="count">${runs.length}</span></a>
      <a href="#files">Files changed <span class="count">${files.length}</span></a>
    </nav>
    <div class="columns">
      <div id="conversation">
        ${renderDescription(world, pull)}${renderTimeline(world, items)} ${renderChecks(world, runs, merge)}
      </div>
      ${renderSide(world, pull, runs)}
    </div>
    ${renderFiles(world, pull, files, runs)}`;
  const title = `${pull.title} · Pull Request #${pull.number} · ${fullName(world, repository)}`;
  return renderPage(title, renderCrumbs(world, repository), content, pull.state === "open");
}

/** Path to the list of pull requests of the repository. */
export function renderCrumbs(world: World, repository: Repository): Html {
  const name = fullName(world, repository);
  return markup`<a href="/">Home</a> <span class="muted">/</span> <b><a href="/${name}/pulls">${name}</a></b>`;
}

/** The coloured word for where a pull request stands. */
export function renderState(pull: PullRequest): Html {
  if (pull.mergedAt !== null) return markup`<span class="pill merged">Merged</span>`;
  if (pull.state === "closed") return markup`<span class="pill closed">Closed</span>`;
  return pull.isDraft ? markup`<span class="pill draft">Draft</span>` : markup`<span class="pill open">Open</span>`;
}

function renderHeader(world: World, pull: PullRequest): Html {
  const isFork = pull.headRepoId !== pull.repoId;
  const head = pull.headRepoId === null ? undefined : world.state.repositories.get(pull.headRepoId);
  const owner = isFork ? `${head ? userOf(world, head.ownerId).login : "unknown"}:` : "";
  return markup`<h1>${pull.title} <small>#${pull.number}</small></h1>
    <p class="sub">
      ${renderState(pull)}${renderLogin(userOf(world, pull.authorId))} wants to merge into
      <span class="ref">${pull.baseRef}</span> from <span class="ref">${owner}${pull.headRef}</span> at
      ${renderSha(pull.headSha)}
    </p>`;
}

/** The five-second answer: may it merge, what is still open. */
function renderStrip(world: World, pull: PullRequest, merge: MergeAnswer, items: readonly TimelineItem[]): Html {
  const threads = readThreads(world, pull);
  const open = threads.filter(({ thread }) => !thread.isResolved).length;
  const pushes = items.filter(({ kind }) => kind === "commits" || kind === "force-push").length;
  const facts = [
    threads.length > 0 && `${open} of ${threads.length} conversations open`,
    `${pushes} ${pushes === 1 ? "push" : "pushes"}`,
  ].filter((one) => one !== false);
  return markup`<a class="strip ${merge.mood}" href="#checks">
    ${renderMood(merge.mood, merge.title)}
    <span><b>${merge.title}</b>${merge.why}</span>
    <span class="facts">${facts.join(" · ")}</span>
  </a>`;
}

function renderDescription(world: World, pull: PullRequest): Html {
  const actor = userOf(world, pull.authorId);
  const reactions = renderReactions(world, { kind: "issue", id: pull.issueId });
  const id = `issue-${pull.issueId}`;
  return markup`<div class="timeline">
    ${renderCommentBox({ id, actor, at: pull.createdAt, what: "commented", body: renderBody(pull.body ?? ""), reactions })}
  </div>`;
}

/** Mood of the checks of a pull request's head, for lists. */
export function headMood(world: World, pull: PullRequest): Html | null {
  const run = readCheckRuns(world, pull.repoId, pull.headSha)[0];
  return run ? renderMood(moodOf(run), `${run.name}: ${run.conclusion ?? run.status}`) : null;
}
