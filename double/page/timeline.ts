// What happened on a pull request, in the order a reader sees it: pushes, comments, reviews with their threads, labels,
// draft switches. Comments and reviews come from the state; what leaves no record there comes from the happenings.
import { readCommits, type CommitFacts } from "../git/commit-facts.ts";
import { mergeBase } from "../git/diff-files.ts";
import { gitText } from "../git/run-git.ts";
import { repositoryOf, userOf } from "../world.ts";
import type { Happening, RecordedHappening, World } from "../world.ts";
import type { IssueComment, PullRequest, Review, ReviewComment, ReviewThread, User } from "../state.ts";
import { pullRequestRange } from "../actions/pull-request-range.ts";

/** A thread with its comments, oldest first. */
export interface ThreadView {
  thread: ReviewThread;
  comments: ReviewComment[];
}

/** One entry of the conversation. `actor` did it; `at` orders it. */
export type TimelineItem = { at: Date; actor: User } & (
  | { kind: "commits"; commits: CommitFacts[] }
  | { kind: "force-push"; before: string; after: string }
  | { kind: "note"; icon: "label" | "draft" | "open" | "closed" | "merged" | "edit"; text: string }
  | { kind: "comment"; comment: IssueComment }
  | { kind: "review"; review: Review; threads: ThreadView[] }
);

/** All entries, oldest first. */
export async function readTimeline(world: World, pull: PullRequest): Promise<TimelineItem[]> {
  const own = world.happenings.filter(({ happening }) => isAbout(happening, pull));
  const items = [
    ...(await readPushes(world, pull, own)),
    ...own.flatMap((record) => readNote(record)),
    ...readComments(world, pull),
    ...readReviews(world, pull),
  ];
  // The sort is stable, so entries of one second stay in the order above: pushes before what they caused.
  return items.sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** Every thread of the pull request, by the id of its first comment. */
export function readThreads(world: World, pull: PullRequest): ThreadView[] {
  const comments = [...world.state.reviewComments.values()]
    .filter((one) => isOn(one, pull))
    .sort((a, b) => a.id - b.id);
  return [...world.state.threads.values()]
    .filter((one) => isOn(one, pull))
    .map((thread) => ({ thread, comments: comments.filter((one) => one.threadId === thread.id) }))
    .filter((view) => view.comments.length > 0)
    .sort((a, b) => (a.comments[0]?.id ?? 0) - (b.comments[0]?.id ?? 0));
}

function isAbout({ repository, payload }: Happening, pull: PullRequest): boolean {
  const body = payload["pull_request"] ?? payload["issue"];
  const number = payload["number"] ?? (isObject(body) ? body["number"] : undefined);
  return repository?.id === pull.repoId && number === pull.number;
}

function isOn(record: { repoId: number; number: number }, pull: PullRequest): boolean {
  return record.repoId === pull.repoId && record.number === pull.number;
}

async function readPushes(world: World, pull: PullRequest, own: readonly RecordedHappening[]): Promise<TimelineItem[]> {
  const { gitDir } = repositoryOf(world, pull.repoId);
  const moves = own.filter(({ happening }) => happening.event === "pull_request" && happening.action === "synchronize");
  const firstHead = text(moves[0]?.happening.payload["before"]) || pull.headSha;
  const { mergeBaseSha } = await pullRequestRange(world, { ...pull, headSha: firstHead });
  const author = userOf(world, pull.authorId);
  const opened = await readRange(gitDir, mergeBaseSha, firstHead);
  const items: TimelineItem[] = [{ at: pull.createdAt, actor: author, kind: "commits", commits: opened }];
  for (const { at, happening } of moves) {
    const before = text(happening.payload["before"]);
    const after = text(happening.payload["after"]);
    const isForward = (await mergeBase(gitDir, before, after)) === before;
    if (isForward)
      items.push({ at, actor: happening.sender, kind: "commits", commits: await readRange(gitDir, before, after) });
    else items.push({ at, actor: happening.sender, kind: "force-push", before, after });
  }
  return items;
}

/** Commits after `from` up to `to`, oldest first; at most the newest 50. */
async function readRange(gitDir: string, from: string, to: string): Promise<CommitFacts[]> {
  const printed = await gitText(gitDir, "rev-list", "--max-count=50", "--first-parent", `${from}..${to}`);
  const shas = printed.split("\n").filter((sha) => sha !== "");
  return readCommits(gitDir, shas.toReversed());
}

function readNote({ at, happening }: RecordedHappening): TimelineItem[] {
  const note = describe(happening);
  return note ? [{ at, actor: happening.sender, kind: "note", ...note }] : [];
}

type Note = Pick<Extract<TimelineItem, { kind: "note" }>, "icon" | "text">;

function describe({ event, action, payload }: Happening): Note | undefined {
  if (event === "pull_request_review" && action === "dismissed") return { icon: "edit", text: "dismissed a review" };
  if (event !== "pull_request") return undefined;
  const label = isObject(payload["label"]) ? text(payload["label"]["name"]) : "";
  const notes: Record<string, Note> = {
    labeled: { icon: "label", text: `added the label ${label}` },
    unlabeled: { icon: "label", text: `removed the label ${label}` },
    converted_to_draft: { icon: "draft", text: "marked this pull request as draft" },
    ready_for_review: { icon: "open", text: "marked this pull request as ready for review" },
    closed: isMerged(payload)
      ? { icon: "merged", text: "merged this pull request" }
      : { icon: "closed", text: "closed this pull request" },
    reopened: { icon: "open", text: "reopened this pull request" },
    locked: { icon: "edit", text: "locked the conversation" },
    unlocked: { icon: "edit", text: "unlocked the conversation" },
    edited: { icon: "edit", text: describeEdit(payload["changes"]) },
  };
  return notes[action ?? ""];
}

function describeEdit(changes: unknown): string {
  if (!isObject(changes)) return "edited this pull request";
  const { title, base } = changes;
  if (isObject(title)) return `changed the title, which was: ${text(title["from"])}`;
  if (isObject(base) && isObject(base["ref"])) return `changed the base branch, which was ${text(base["ref"]["from"])}`;
  return "edited the description";
}

function isMerged(payload: Record<string, unknown>): boolean {
  return isObject(payload["pull_request"]) && payload["pull_request"]["merged"] === true;
}

function readComments(world: World, pull: PullRequest): TimelineItem[] {
  return [...world.state.issueComments.values()]
    .filter((one) => isOn(one, pull))
    .map((comment) => ({ at: comment.createdAt, actor: userOf(world, comment.authorId), kind: "comment", comment }));
}

/** A reply makes an empty container review on GitHub; it is shown in its thread and not once more by itself. */
function readReviews(world: World, pull: PullRequest): TimelineItem[] {
  const threads = readThreads(world, pull);
  return [...world.state.reviews.values()]
    .filter((review) => isOn(review, pull) && review.submittedAt !== null)
    .flatMap((review) => {
      const started = threads.filter(({ comments }) => comments[0]?.reviewId === review.id);
      const isContainer = review.state === "COMMENTED" && review.body === "" && started.length === 0;
      if (isContainer) return [];
      const actor = userOf(world, review.authorId);
      return [{ at: review.submittedAt ?? review.createdAt, actor, kind: "review" as const, review, threads: started }];
    });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
