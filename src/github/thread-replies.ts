// Replies in the threads of inline comments: one object per effect key, edited in place, found again by marker and author.
// https://docs.github.com/en/rest/pulls/comments#create-a-reply-for-a-review-comment
import type { Published, ThreadReplyWrite } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { GithubClient } from "./app.ts";
import { type CommentPlace, upsertAt } from "./comments.ts";
import { callGithub } from "./errors.ts";
import type { WriteContext } from "./publisher.ts";
import { goneError, isGone } from "./twins.ts";

/** Edits the known reply, adopts the one an unclear send left behind, or posts a new one. OBJECT_GONE without its thread. */
export async function upsertThreadReply(
  context: WriteContext,
  ref: PullRequestRef,
  write: ThreadReplyWrite,
): Promise<Published> {
  const place = thread(await context.client(ref.installationId), ref, write.inReplyTo);
  try {
    return await upsertAt(place, context, write);
  } catch (error) {
    if (!isGone(error) || !(await isWithout(place, write.inReplyTo))) throw error;
    throw goneError("thread", error);
  }
}

/** True when the list does not show the comment that was to be answered: a 404 alone may be a read that lags. */
async function isWithout(place: CommentPlace, id: number): Promise<boolean> {
  const all = await callGithub("Looking for a thread", () => place.list());
  return all.every((one) => Number(one.id) !== id);
}

function thread(octokit: GithubClient, { owner, repo, number }: PullRequestRef, inReplyTo: number): CommentPlace {
  const one = "/repos/{owner}/{repo}/pulls/comments/{comment_id}";
  const all = "/repos/{owner}/{repo}/pulls/{pull_number}/comments";
  const about = { owner, repo, pull_number: number };
  return {
    noun: "reply",
    post: (body) => octokit.request(`POST ${all}/{comment_id}/replies`, { ...about, comment_id: inReplyTo, body }),
    list: () => octokit.paginate(`GET ${all}`, { ...about, per_page: 100 }),
    edit: (id, body) => octokit.request(`PATCH ${one}`, { owner, repo, comment_id: id, body }),
    remove: (id) => octokit.request(`DELETE ${one}`, { owner, repo, comment_id: id }),
  };
}
