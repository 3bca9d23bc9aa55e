// Issue comments, per pull request and for the whole repository. https://docs.github.com/en/rest/issues/comments
import { createIssueComment, deleteIssueComment, editIssueComment } from "../actions/issue-comments.ts";
import { ApiError, notFound } from "../api-error.ts";
import { paged } from "../paginate.ts";
import { presentIssueComment } from "../present/comments.ts";
import { needString } from "../read-body.ts";
import type { Call, Need, Reply, Route } from "../route.ts";
import type { IssueComment } from "../state.ts";

// On a pull request either permission will do.
const READ: Need[] = ["issues:read", "pull_requests:read"];
const WRITE: Need[] = ["issues:write", "pull_requests:write"];
const OF_PULL = "/repos/{owner}/{repo}/issues/{issue_number}/comments";
const ONE = "/repos/{owner}/{repo}/issues/comments/{comment_id}";

/** `/issues/{issue_number}/comments`, `/issues/comments…`. */
export const issueCommentRoutes: Route[] = [
  { method: "GET", path: OF_PULL, access: READ, handle: listOfPull },
  { method: "POST", path: OF_PULL, access: WRITE, createsContent: true, handle: create },
  { method: "GET", path: "/repos/{owner}/{repo}/issues/comments", access: READ, handle: listOfRepository },
  {
    method: "GET",
    path: ONE,
    access: READ,
    handle: (call) => ({ status: 200, body: presentIssueComment(call.world, commentOf(call)) }),
  },
  { method: "PATCH", path: ONE, access: WRITE, handle: update },
  { method: "DELETE", path: ONE, access: WRITE, handle: remove },
];

function commentOf({ world, params, repository }: Call): IssueComment {
  const comment = world.state.issueComments.get(Number(params["comment_id"]));
  if (comment === undefined || comment.repoId !== repository().id) throw notFound();
  return comment;
}

function listOfPull(call: Call): Promise<Reply> {
  const pull = call.pull();
  const found = [...call.world.state.issueComments.values()].filter(
    (comment) => comment.repoId === pull.repoId && comment.number === pull.number,
  );
  return paged(call, changedSince(call, found), (comment) => presentIssueComment(call.world, comment));
}

function listOfRepository(call: Call): Promise<Reply> {
  const { id } = call.repository();
  const found = [...call.world.state.issueComments.values()].filter((comment) => comment.repoId === id);
  return paged(call, sorted(call, changedSince(call, found)), (comment) => presentIssueComment(call.world, comment));
}

/** Items updated at or after `since` (ISO time); all of them without it. */
export function changedSince<Item extends { updatedAt: Date }>(call: Call, items: Item[]): Item[] {
  const since = call.query.get("since");
  return since === null ? items : items.filter((item) => item.updatedAt.getTime() >= Date.parse(since));
}

/** `sort=created|updated` and `direction`, as the repository-wide lists take them. */
export function sorted<Item extends { id: number; createdAt: Date; updatedAt: Date }>(
  call: Call,
  items: Item[],
): Item[] {
  const key = call.query.get("sort") === "updated" ? "updatedAt" : "createdAt";
  const isDown = call.query.has("sort") && (call.query.get("direction") ?? "desc") === "desc";
  const up = items.toSorted((left, right) => left[key].getTime() - right[key].getTime() || left.id - right.id);
  return isDown ? up.toReversed() : up;
}

async function create(call: Call): Promise<Reply> {
  const comment = await createIssueComment(call.world, call.writer(), call.pull(), needString(call.body, "body"));
  const body = presentIssueComment(call.world, comment);
  return { status: 201, body, headers: { location: String(body["url"]) } };
}

async function update(call: Call): Promise<Reply> {
  const comment = commentOf(call);
  demandOwnOrModerator(call, comment);
  await editIssueComment(call.world, call.writer(), comment, needString(call.body, "body"));
  return { status: 200, body: presentIssueComment(call.world, comment) };
}

async function remove(call: Call): Promise<Reply> {
  const comment = commentOf(call);
  demandOwnOrModerator(call, comment);
  await deleteIssueComment(call.world, call.writer(), comment);
  return { status: 204 };
}

/** People change their own words; repository writers and Apps with the permission may change others'. */
export function demandOwnOrModerator(call: Call, comment: { authorId: number }): void {
  const { user, appId } = call.writer();
  if (appId !== null || comment.authorId === user.id) return;
  const role = call.repository().roles.get(user.id) ?? "none";
  const isModerator = user.id === call.repository().ownerId || ["write", "maintain", "admin"].includes(role);
  if (!isModerator) throw new ApiError(403, "Must have admin rights to Repository.");
}
