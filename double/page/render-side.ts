// The side column: who reviewed with which result, labels, checks and commit of the head.
import type { CheckRun, PullRequest, Review, User } from "../state.ts";
import { repositoryOf, userOf } from "../world.ts";
import type { World } from "../world.ts";
import { markup, type Html } from "./html.ts";
import { moodOf, renderAvatar, renderLogin, renderMood, renderSha, type CheckMood } from "./render-parts.ts";

export function renderSide(world: World, pull: PullRequest, runs: readonly CheckRun[]): Html {
  const labels = repositoryOf(world, pull.repoId).labels.filter(({ id }) => pull.labelIds.includes(id));
  return markup`<aside>
    ${renderList("Reviewers", readVerdicts(world, pull).map(renderVerdict))}
    ${renderList(
      "Labels",
      labels.map(
        ({ name, color }) =>
          markup`<li>
            <span class="label"><i style="background:#${color}"></i>${name}</span>
          </li>`,
      ),
    )}
    ${renderList(
      "Checks",
      runs.map(
        (run) => markup`<li>${renderMood(moodOf(run), run.status)}<a href="#check-run-${run.id}">${run.name}</a></li>`,
      ),
    )}
    ${renderList("Head commit", [markup`<li>${renderSha(pull.headSha)}</li>`])}
  </aside>`;
}

function renderList(title: string, items: readonly Html[]): Html {
  return markup`<section>
    <h3>${title}</h3>
    <ul>
      ${items.length > 0 ? items : markup`<li class="muted">None yet</li>`}
    </ul>
  </section>`;
}

type ReviewVerdict = { user: User; mood: CheckMood; word: string };

/** The last word of everybody: a later plain comment does not take back an approval or a block. */
function readVerdicts(world: World, pull: PullRequest): ReviewVerdict[] {
  const last = new Map<number, Review>();
  for (const review of world.state.reviews.values()) {
    if (review.repoId !== pull.repoId || review.number !== pull.number || review.submittedAt === null) continue;
    // Whoever answers in a thread of an own pull request has not reviewed it.
    if (review.authorId === pull.authorId) continue;
    const before = last.get(review.authorId);
    const keeps = before && before.state !== "COMMENTED" && review.state === "COMMENTED";
    if (!keeps) last.set(review.authorId, review);
  }
  return [...last.values()].map(({ authorId, state }) => {
    const mood = state === "APPROVED" ? "good" : state === "CHANGES_REQUESTED" ? "bad" : "neutral";
    return { user: userOf(world, authorId), mood, word: state.toLowerCase().replace("_", " ") };
  });
}

function renderVerdict({ user, mood, word }: ReviewVerdict): Html {
  return markup`<li>${renderAvatar(user)}${renderLogin(user)} ${renderMood(mood, word)}</li>`;
}
