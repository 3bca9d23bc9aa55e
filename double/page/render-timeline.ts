// The conversation: one block per entry, joined by a line, as on GitHub.
import type { CommitFacts } from "../git/commit-facts.ts";
import type { Review, User } from "../state.ts";
import type { World } from "../world.ts";
import { markup, type Html } from "./html.ts";
import {
  renderAvatar,
  renderBody,
  renderLogin,
  renderMinimized,
  renderMood,
  renderReactions,
  renderSha,
  renderTime,
  moodOf,
} from "./render-parts.ts";
import { renderThread } from "./render-thread.ts";
import type { TimelineItem } from "./timeline.ts";

/** All entries, in the order given. */
export function renderTimeline(world: World, items: readonly TimelineItem[]): Html {
  return markup`<div class="timeline">${items.map((item) => renderItem(world, item))}</div>`;
}

/** One box with an author line and a text: the description, a comment, the body of a review. */
export type CommentBox = { id: string; actor: User; at: Date; what: string; body: Html; reactions: Html | null };

export function renderCommentBox({ id, actor, at, what, body, reactions }: CommentBox): Html {
  return markup`<article class="comment" id="${id}">
    ${renderAvatar(actor)}
    <div class="box">
      <header>${renderLogin(actor)} <span class="muted">${what} ${renderTime(at)}</span></header>
      ${body}${reactions}
    </div>
  </article>`;
}

function renderItem(world: World, item: TimelineItem): Html {
  switch (item.kind) {
    case "commits":
      return renderCommits(world, item);
    case "force-push":
      return renderForcePush(item);
    case "note":
      return renderEvent(item, item.icon, markup`${item.text}`);
    case "comment":
      return renderComment(world, item);
    default:
      return renderReview(world, item);
  }
}

function renderComment(world: World, item: Extract<TimelineItem, { kind: "comment" }>): Html {
  const { id, body, minimizedReason } = item.comment;
  const reactions = renderReactions(world, { kind: "issueComment", id });
  const box = { ...item, id: `issuecomment-${id}`, what: "commented", body: renderBody(body), reactions };
  return renderMinimized(minimizedReason, renderCommentBox(box));
}

function renderForcePush(item: Extract<TimelineItem, { kind: "force-push" }>): Html {
  const what = markup`force-pushed the branch from ${renderSha(item.before)} to ${renderSha(item.after)}`;
  return renderEvent(item, "push", what);
}

function renderEvent({ actor, at }: TimelineItem, icon: string, what: Html): Html {
  return markup`<div class="event is-${icon}">
    <i class="dot"></i>
    <p>${renderLogin(actor)} ${what} ${renderTime(at)}</p>
  </div>`;
}

function renderCommits(world: World, item: Extract<TimelineItem, { kind: "commits" }>): Html {
  const { commits } = item;
  const what = markup`pushed ${commits.length} ${commits.length === 1 ? "commit" : "commits"}`;
  return markup`${renderEvent(item, "push", what)}
    <ul class="commits">
      ${commits.map((one) => renderCommit(world, one))}
    </ul>`;
}

function renderCommit(world: World, { sha, message }: CommitFacts): Html {
  const run = [...world.state.checkRuns.values()].filter((one) => one.headSha === sha).at(-1);
  const mood = run && renderMood(moodOf(run), `${run.name}: ${run.conclusion ?? run.status}`);
  return markup`<li><span class="subject">${message.split("\n")[0]}</span>${mood}${renderSha(sha)}</li>`;
}

const REVIEW_WORDS: Record<Review["state"], { mood: "good" | "bad" | "neutral"; words: string }> = {
  APPROVED: { mood: "good", words: "approved these changes" },
  CHANGES_REQUESTED: { mood: "bad", words: "requested changes" },
  COMMENTED: { mood: "neutral", words: "reviewed" },
  DISMISSED: { mood: "neutral", words: "left a review that was dismissed" },
  PENDING: { mood: "neutral", words: "started a review" },
};

function renderReview(world: World, item: Extract<TimelineItem, { kind: "review" }>): Html {
  const { review, threads } = item;
  const { mood, words } = REVIEW_WORDS[review.state];
  const reactions = renderReactions(world, { kind: "review", id: review.id });
  const id = `pullrequestreview-${review.id}`;
  const head = markup`<p>${renderLogin(item.actor)} ${words} ${renderSha(review.commitSha)} ${renderTime(item.at)}</p>`;
  const body =
    review.body.trim() !== "" &&
    renderCommentBox({ ...item, id: `${id}-body`, what: "left a comment", body: renderBody(review.body), reactions });
  return renderMinimized(
    review.minimizedReason,
    markup`<section class="review" id="${id}">
      <div class="event review-${mood}"><i class="dot"></i>${head}</div>
      ${body}
      <div class="threads">${threads.map((view) => renderThread(world, view))}</div>
    </section>`,
  );
}
