// Issue comments on the pull request: one object per effect key, edited in place, found again by marker and author.
import { PermanentError } from "../errors.ts";
import type { CommentWrite, Published } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { genuineKey } from "../report/marker.ts";
import type { GithubClient } from "./app.ts";
import { callGithub } from "./errors.ts";
import { outgoingBody } from "./outgoing.ts";
import type { WriteContext } from "./publisher.ts";

type Comment = {
  id: number | bigint;
  node_id: string;
  html_url: string;
  body?: string | undefined;
  user: { login: string } | null;
};

/** Edits the known comment, adopts the one an unclear send left behind, or posts a new one. */
export async function upsertComment(
  context: WriteContext,
  ref: PullRequestRef,
  write: CommentWrite,
): Promise<Published> {
  const octokit = await context.client(ref.installationId);
  const body = outgoingBody(context, write.body, write.key);
  if (write.knownId !== null) return await edit(octokit, ref, write.knownId, body);
  if (write.isRetry) {
    const found = await findOwn(context, octokit, ref, write.key);
    if (found !== undefined)
      return found.body === body ? toPublished(found) : await edit(octokit, ref, Number(found.id), body);
  }
  const { data } = await callGithub("Posting a comment", () =>
    octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
      owner: ref.owner,
      repo: ref.repo,
      issue_number: ref.number,
      body,
    }),
  );
  return toPublished(data);
}

async function edit(octokit: GithubClient, ref: PullRequestRef, id: number, body: string): Promise<Published> {
  try {
    const { data } = await callGithub("Editing a comment", () =>
      octokit.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", {
        owner: ref.owner,
        repo: ref.repo,
        comment_id: id,
        body,
      }),
    );
    return toPublished(data);
  } catch (error) {
    throw goneOr(error, "comment");
  }
}

/** An edit that finds nothing: a person deleted the object, and it stays deleted. */
export function goneOr(error: unknown, what: string): unknown {
  const isGone = error instanceof PermanentError && (error.code === "GITHUB_NOT_FOUND" || error.code === "GITHUB_GONE");
  return isGone
    ? new PermanentError(`The ${what} is gone: a person deleted it.`, { code: "OBJECT_GONE", cause: error })
    : error;
}

async function findOwn(
  context: WriteContext,
  octokit: GithubClient,
  ref: PullRequestRef,
  key: string,
): Promise<Comment | undefined> {
  const all = await callGithub("Looking for a comment", () =>
    octokit.paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
      owner: ref.owner,
      repo: ref.repo,
      issue_number: ref.number,
      per_page: 100,
    }),
  );
  return oldestOwn<Comment>(context, key, all);
}

/** The one that is ours by author *and* MAC; of several with one key the oldest counts. */
export function oldestOwn<Found extends Pick<Comment, "id" | "body" | "user">>(
  { botLogin, markerKeys }: Pick<WriteContext, "botLogin" | "markerKeys">,
  key: string,
  found: readonly Found[],
): Found | undefined {
  const own = found.filter((one) => one.user?.login === botLogin && genuineKey(one.body ?? "", markerKeys) === key);
  return own.toSorted((a, b) => Number(a.id) - Number(b.id))[0];
}

/** What the state file keeps of a comment that GitHub answered with. */
export function toPublished(comment: Pick<Comment, "id" | "node_id" | "html_url">): Published {
  return { id: Number(comment.id), url: comment.html_url, nodeId: comment.node_id };
}
