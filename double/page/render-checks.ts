// The check runs of the head, and whether they let the pull request merge. A required check passes with success,
// neutral or skipped: https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/about-status-checks
import type { Annotation, CheckRun, PullRequest } from "../state.ts";
import type { World } from "../world.ts";
import { markup, type Html } from "./html.ts";
import { moodOf, renderBody, renderMood, renderSha, renderTime, type CheckMood } from "./render-parts.ts";

/** Newest check run of each name on a commit. */
export function readCheckRuns(world: World, repoId: number, sha: string): CheckRun[] {
  const newest = new Map<string, CheckRun>();
  for (const run of world.state.checkRuns.values()) {
    if (run.repoId === repoId && run.headSha === sha) newest.set(`${run.appId} ${run.name}`, run);
  }
  return [...newest.values()];
}

/** Whether the pull request can be merged now, as one sentence with its reason. */
export type MergeAnswer = { mood: CheckMood; title: string; why: string };

export function decideMerge(pull: PullRequest, runs: readonly CheckRun[], isMergeable: boolean | null): MergeAnswer {
  if (pull.mergedAt !== null) return { mood: "good", title: "Merged", why: "This pull request was merged." };
  if (pull.state === "closed")
    return { mood: "neutral", title: "Closed", why: "This pull request was closed without merging." };
  if (isMergeable === false)
    return { mood: "bad", title: "Merging is blocked", why: "The branch has conflicts with its base." };
  if (pull.isDraft) return { mood: "neutral", title: "Draft", why: "A person must mark it as ready for review first." };
  if (runs.length === 0)
    return { mood: "waiting", title: "Waiting for the check", why: "No check has reported on this commit yet." };
  const open =
    runs.find((run) => !["good", "neutral"].includes(moodOf(run))) ??
    runs.find((run) => run.conclusion === "cancelled");
  if (!open) return { mood: "good", title: "Ready to merge", why: describeRuns(runs) };
  const mood = moodOf(open);
  const isRunning = mood === "running" || mood === "waiting";
  return { mood, title: isRunning ? "Waiting for the check" : "Merging is blocked", why: describeRuns([open]) };
}

function describeRuns(runs: readonly CheckRun[]): string {
  return runs.map((run) => `${run.name}: ${run.output.title ?? run.conclusion ?? run.status}`).join("; ");
}

/** The box at the end of the conversation: merge answer, then every check run with its texts and annotations. */
export function renderChecks(world: World, runs: readonly CheckRun[], merge: MergeAnswer): Html {
  return markup`<section class="checks ${merge.mood}" id="checks">
    <h2>
      ${renderMood(merge.mood, merge.title)}<span>${merge.title}<small>${merge.why}</small></span>
    </h2>
    ${runs.map((run) => renderCheckRun(world, run))}
  </section>`;
}

function renderCheckRun(world: World, run: CheckRun): Html {
  const word = (run.conclusion ?? run.status).replaceAll("_", " ");
  const { title, summary, text } = run.output;
  const ended = run.completedAt ?? run.startedAt;
  return markup`<div class="run" id="check-run-${run.id}">
    <header>
      ${renderMood(moodOf(run), word)} <b>${run.name}</b> <span class="title">${title}</span>
      <span class="tag ${moodOf(run)}">${word}</span>
    </header>
    <p class="muted">
      ${world.state.app.name} on ${renderSha(run.headSha)} ${ended && renderTime(ended)}
      ${run.actions.map(({ label, description }) => markup`<span class="button" title="${description}">${label}</span>`)}
    </p>
    ${summary && renderBody(summary)}
    ${
      text &&
      markup`<details>
        <summary>Details</summary>
        ${renderBody(text)}
      </details>`
    }
    ${run.annotations.length > 0 && renderAnnotations(run.annotations)}
  </div>`;
}

function renderAnnotations(annotations: readonly Annotation[]): Html {
  const count = `${annotations.length} annotation${annotations.length === 1 ? "" : "s"}`;
  const items = annotations.map((one) => {
    const lines = one.startLine === one.endLine ? `${one.startLine}` : `${one.startLine}-${one.endLine}`;
    return markup`<li>
      <p class="place"><code>${one.path}:${lines}</code></p>
      ${renderAnnotation(one)}
    </li>`;
  });
  return markup`<details class="annotations" open>
    <summary>${count}</summary>
    <ul>
      ${items}
    </ul>
  </details>`;
}

/** One annotation, without its place: it stands under its line or in the list. */
export function renderAnnotation({ level, title, message }: Annotation): Html {
  return markup`<div class="annotation ${level}">
    <b>${title ?? level}</b>
    <p>${message}</p>
  </div>`;
}
