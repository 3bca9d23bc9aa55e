// Reactions on issue comments, review comments and pull requests. https://docs.github.com/en/rest/reactions/reactions
import { addReaction, reactionsOn } from "../actions/reactions.ts";
import { ApiError, invalidRequest, notFound } from "../api-error.ts";
import { paged } from "../paginate.ts";
import { presentReaction } from "../present/comments.ts";
import { optionalWord } from "../read-body.ts";
import type { Call, Need, Reply, Route } from "../route.ts";
import type { Reaction, ReactionContent } from "../state.ts";

const CONTENTS: ReactionContent[] = ["+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"];
const COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions";
const REVIEW_COMMENT = "/repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions";
const ISSUE = "/repos/{owner}/{repo}/issues/{issue_number}/reactions";

type SubjectOf = (call: Call) => Reaction["subject"];

/** The three reaction collections: list, create (201, or 200 when it was there), delete. */
export const reactionRoutes: Route[] = [
  ...collection(COMMENT, ["issues", "pull_requests"], commentSubject),
  ...collection(REVIEW_COMMENT, ["pull_requests"], reviewCommentSubject),
  ...collection(ISSUE, ["issues", "pull_requests"], (call) => ({ kind: "issue", id: call.pull().issueId })),
];

function collection(path: string, permissions: string[], subjectOf: SubjectOf): Route[] {
  const needs = (level: "read" | "write"): Need[] => permissions.map((name): Need => `${name}:${level}`);
  return [
    { method: "GET", path, access: needs("read"), handle: (call) => list(call, subjectOf(call)) },
    { method: "POST", path, access: needs("write"), handle: (call) => create(call, subjectOf(call)) },
    {
      method: "DELETE",
      path: `${path}/{reaction_id}`,
      access: needs("write"),
      handle: (call) => remove(call, subjectOf(call)),
    },
  ];
}

function commentSubject({ world, params, repository }: Call): Reaction["subject"] {
  const comment = world.state.issueComments.get(Number(params["comment_id"]));
  if (comment?.repoId !== repository().id) throw notFound();
  return { kind: "issueComment", id: comment.id };
}

function reviewCommentSubject({ world, params, repository }: Call): Reaction["subject"] {
  const comment = world.state.reviewComments.get(Number(params["comment_id"]));
  if (comment?.repoId !== repository().id) throw notFound();
  return { kind: "reviewComment", id: comment.id };
}

function list(call: Call, subject: Reaction["subject"]): Promise<Reply> {
  const content = call.query.get("content");
  const found = reactionsOn(call.world, subject).filter((reaction) => content === null || reaction.content === content);
  return paged(call, found, (reaction) => presentReaction(call.world, reaction));
}

function create(call: Call, subject: Reaction["subject"]): Reply {
  const content = optionalWord(call.body, "content", CONTENTS);
  if (content === undefined) throw invalidRequest(`"content" wasn't supplied.`);
  const { reaction, isNew } = addReaction(call.world, call.writer(), subject, content);
  return { status: isNew ? 201 : 200, body: presentReaction(call.world, reaction) };
}

function remove(call: Call, subject: Reaction["subject"]): Reply {
  const id = Number(call.params["reaction_id"]);
  const reaction = reactionsOn(call.world, subject).find((candidate) => candidate.id === id);
  if (reaction === undefined) throw notFound();
  if (reaction.userId !== call.writer().user.id) throw new ApiError(403, "You can't delete someone else's reaction.");
  call.world.state.reactions.delete(id);
  return { status: 204 };
}
