// Replies in the threads of inline comments: one object per effect key, edited in place, found again by marker and author.
// https://docs.github.com/en/rest/pulls/comments#create-a-reply-for-a-review-comment
import type { Published, ThreadReplyWrite } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { GithubClient } from "./app.ts";
import { goneOr, oldestOwn, toPublished } from "./comments.ts";
import { callGithub } from "./errors.ts";
import { outgoingBody } from "./outgoing.ts";
import type { WriteContext } from "./publisher.ts";

type Reply = {
  id: number | bigint;
  node_id: string;
  html_url: string;
  body: string;
  user: { login: string } | null;
};

/** Edits the known reply, adopts the one an unclear send left behind, or posts a new one. OBJECT_GONE without its thread. */
export async function upsertThreadReply(
  context: WriteContext,
  ref: PullRequestRef,
  write: ThreadReplyWrite,
): Promise<Published> {
  const octokit = await context.client(ref.installationId);
  const body = outgoingBody(context, write.body, write.key);
  const knownId = write.knownId ?? (write.isRetry ? await findOwn(context, octokit, ref, write.key) : null);
  try {
    return toPublished(
      knownId === null ? await post(octokit, ref, write.inReplyTo, body) : await edit(octokit, ref, knownId, body),
    );
  } catch (error) {
    throw goneOr(error, "thread");
  }
}

async function post(octokit: GithubClient, ref: PullRequestRef, inReplyTo: number, body: string): Promise<Reply> {
  const { data } = await callGithub("Replying in a thread", () =>
    octokit.request("POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies", {
      owner: ref.owner,
      repo: ref.repo,
      pull_number: ref.number,
      comment_id: inReplyTo,
      body,
    }),
  );
  return data;
}

async function edit(octokit: GithubClient, ref: PullRequestRef, id: number, body: string): Promise<Reply> {
  const { data } = await callGithub("Editing a reply", () =>
    octokit.request("PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}", {
      owner: ref.owner,
      repo: ref.repo,
      comment_id: id,
      body,
    }),
  );
  return data;
}

async function findOwn(
  context: WriteContext,
  octokit: GithubClient,
  ref: PullRequestRef,
  key: string,
): Promise<number | null> {
  const all = await callGithub("Looking for a reply", () =>
    octokit.paginate("GET /repos/{owner}/{repo}/pulls/{pull_number}/comments", {
      owner: ref.owner,
      repo: ref.repo,
      pull_number: ref.number,
      per_page: 100,
    }),
  );
  return oldestOwn(context, key, all)?.id ?? null;
}
