// Issue comments: the conversation of a pull request. Each write sends `issue_comment`, the App's own included.
import { ApiError } from "../api-error.ts";
import { presentIssueComment } from "../present/comments.ts";
import { presentIssue } from "../present/issue.ts";
import { isTooLong } from "../read-body.ts";
import type { IssueComment, PullRequest } from "../state.ts";
import { findPullRequest, nodeId, repositoryOf } from "../world.ts";
import type { World, Writer } from "../world.ts";
import { isAtLeast, roleOf } from "./users.ts";

/** Writes a comment. Throws 422 for an empty or too long body, 403 on a locked conversation. */
export async function createIssueComment(
  world: World,
  writer: Writer,
  pull: PullRequest,
  body: string,
): Promise<IssueComment> {
  demandUnlocked(world, writer, pull);
  demandCommentBody("IssueComment", body);
  const id = world.newId();
  const comment: IssueComment = {
    id,
    nodeId: nodeId("IC", id),
    repoId: pull.repoId,
    number: pull.number,
    authorId: writer.user.id,
    viaAppId: writer.appId,
    body,
    minimizedReason: null,
    createdAt: world.now(),
    updatedAt: world.now(),
  };
  world.state.issueComments.set(id, comment);
  pull.updatedAt = world.now();
  await announceComment(world, writer, comment, "created");
  return comment;
}

/** Changes the text of a comment. */
export async function editIssueComment(
  world: World,
  writer: Writer,
  comment: IssueComment,
  body: string,
): Promise<void> {
  demandCommentBody("IssueComment", body);
  const from = comment.body;
  comment.body = body;
  comment.updatedAt = world.now();
  await announceComment(world, writer, comment, "edited", { changes: { body: { from } } });
}

/** Deletes a comment and its reactions. */
export async function deleteIssueComment(world: World, writer: Writer, comment: IssueComment): Promise<void> {
  await announceComment(world, writer, comment, "deleted");
  world.state.issueComments.delete(comment.id);
}

/** 422 for what GitHub refuses as a comment body. */
export function demandCommentBody(resource: string, body: string): void {
  if (body.trim() === "") {
    throw new ApiError(422, "Validation Failed", {
      errors: [{ resource, code: "unprocessable", field: "data", message: "Body cannot be blank" }],
    });
  }
  if (isTooLong(body)) {
    const message = "Body is too long (maximum is 65536 characters)";
    throw new ApiError(422, `Validation Failed: body is too long (maximum is 65536 characters)`, {
      errors: [{ resource, code: "unprocessable", field: "data", message }],
    });
  }
}

/** 403 on a locked conversation, unless the writer has write access (an App with the permission has not). */
export function demandUnlocked(world: World, writer: Writer, pull: PullRequest): void {
  if (!pull.isLocked) return;
  const isPrivileged =
    writer.appId === null && isAtLeast(roleOf(repositoryOf(world, pull.repoId), writer.user), "write");
  if (!isPrivileged) throw new ApiError(403, "Unable to create comment because issue is locked.");
}

async function announceComment(
  world: World,
  writer: Writer,
  comment: IssueComment,
  action: string,
  extra: Record<string, unknown> = {},
): Promise<void> {
  const pull = findPullRequest(world, comment.repoId, comment.number);
  if (pull === undefined) return;
  await world.emit({
    event: "issue_comment",
    action,
    repository: repositoryOf(world, comment.repoId),
    sender: writer.user,
    payload: { ...extra, issue: presentIssue(world, pull), comment: presentIssueComment(world, comment) },
  });
}
