// Reviews of a pull request. https://docs.github.com/en/rest/pulls/reviews
import type { ReviewEvent } from "../actions/reviews.ts";
import { createReview, deletePendingReview, dismissReview, editReview, submitReview } from "../actions/reviews.ts";
import { commentsOfReview } from "../actions/review-comments.ts";
import { ApiError, invalidRequest, notFound } from "../api-error.ts";
import { paged } from "../paginate.ts";
import { presentReview, presentReviewComment } from "../present/comments.ts";
import { needString, optionalInteger, optionalObjects, optionalString, optionalWord } from "../read-body.ts";
import type { Call, Reply, Route } from "../route.ts";
import type { Review } from "../state.ts";

const ALL = "/repos/{owner}/{repo}/pulls/{pull_number}/reviews";
const ONE = `${ALL}/{review_id}`;
const EVENTS: ReviewEvent[] = ["APPROVE", "REQUEST_CHANGES", "COMMENT"];

/** `/pulls/{pull_number}/reviews…`. */
export const reviewRoutes: Route[] = [
  { method: "GET", path: ALL, access: ["pull_requests:read"], handle: list },
  { method: "POST", path: ALL, access: ["pull_requests:write"], createsContent: true, handle: create },
  { method: "GET", path: ONE, access: ["pull_requests:read"], handle: (call) => shown(call, reviewOf(call)) },
  { method: "PUT", path: ONE, access: ["pull_requests:write"], handle: update },
  { method: "DELETE", path: ONE, access: ["pull_requests:write"], handle: remove },
  { method: "GET", path: `${ONE}/comments`, access: ["pull_requests:read"], handle: listComments },
  { method: "POST", path: `${ONE}/events`, access: ["pull_requests:write"], createsContent: true, handle: submit },
  { method: "PUT", path: `${ONE}/dismissals`, access: ["pull_requests:write"], handle: dismiss },
];

// A pending review exists for its author only.
function isVisible(call: Call, review: Review): boolean {
  if (review.state !== "PENDING") return true;
  const { actor } = call;
  if (actor.kind === "installation") return review.authorId === actor.bot.id;
  return actor.kind === "user" && review.authorId === actor.user.id;
}

function reviewOf(call: Call): Review {
  const pull = call.pull();
  const review = call.world.state.reviews.get(Number(call.params["review_id"]));
  if (review === undefined || review.repoId !== pull.repoId || review.number !== pull.number) throw notFound();
  if (!isVisible(call, review)) throw notFound();
  return review;
}

function shown(call: Call, review: Review): Reply {
  return { status: 200, body: presentReview(call.world, review) };
}

function list(call: Call): Promise<Reply> {
  const pull = call.pull();
  const found = [...call.world.state.reviews.values()].filter(
    (review) => review.repoId === pull.repoId && review.number === pull.number && isVisible(call, review),
  );
  return paged(call, found, (review) => presentReview(call.world, review));
}

async function create(call: Call): Promise<Reply> {
  const { body } = call;
  const entries = optionalObjects(body, "comments") ?? [];
  const review = await createReview(call.world, call.writer(), call.pull(), {
    event: optionalWord(body, "event", EVENTS),
    body: optionalString(body, "body"),
    commitSha: optionalString(body, "commit_id"),
    comments: entries.map(readEntry),
  });
  return shown(call, review);
}

function readEntry(
  entry: Record<string, unknown>,
): NonNullable<Parameters<typeof createReview>[3]["comments"]>[number] {
  const known = ["path", "body", "line", "side", "start_line", "start_side", "position"];
  const unknown = Object.keys(entry).find((key) => !known.includes(key));
  // `subject_type` in particular belongs to single comments only.
  if (unknown !== undefined) throw invalidRequest(`"${unknown}" is not a permitted key.`);
  return {
    path: needString(entry, "path"),
    body: needString(entry, "body"),
    line: optionalInteger(entry, "line"),
    side: optionalWord(entry, "side", ["LEFT", "RIGHT"]),
    startLine: optionalInteger(entry, "start_line"),
    startSide: optionalWord(entry, "start_side", ["LEFT", "RIGHT"]),
    position: optionalInteger(entry, "position"),
  };
}

async function update(call: Call): Promise<Reply> {
  const review = reviewOf(call);
  demandAuthor(call, review);
  await editReview(call.world, call.writer(), review, needString(call.body, "body"));
  return shown(call, review);
}

function remove(call: Call): Reply {
  const review = reviewOf(call);
  const reply = shown(call, review);
  deletePendingReview(call.world, review);
  return reply;
}

function listComments(call: Call): Promise<Reply> {
  return paged(call, commentsOfReview(call.world, reviewOf(call)), (comment) =>
    presentReviewComment(call.world, comment),
  );
}

async function submit(call: Call): Promise<Reply> {
  const review = reviewOf(call);
  demandAuthor(call, review);
  const event = optionalWord(call.body, "event", EVENTS);
  if (event === undefined) throw invalidRequest(`"event" wasn't supplied.`);
  await submitReview(call.world, call.writer(), review, { event, body: optionalString(call.body, "body") });
  return shown(call, review);
}

async function dismiss(call: Call): Promise<Reply> {
  const review = reviewOf(call);
  needString(call.body, "message");
  await dismissReview(call.world, call.writer(), review);
  return shown(call, review);
}

function demandAuthor(call: Call, review: Review): void {
  if (review.authorId !== call.writer().user.id) throw new ApiError(403, "You can't edit someone else's review.");
}
