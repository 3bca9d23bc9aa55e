// Issue comments on the pull request: one object per effect key, edited in place, found again by marker and author.
import { RetryableError } from "../errors.ts";
import type { CommentWrite, Published } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { GithubClient } from "./app.ts";
import { callGithub } from "./errors.ts";
import { outgoingBody } from "./outgoing.ts";
import { demandObject } from "./own-answer.ts";
import type { WriteContext } from "./publisher.ts";
import { goneError, isGone, keepOldest, ownWith } from "./twins.ts";

type Comment = {
  id: number | bigint;
  node_id: string;
  html_url: string;
  body?: string | undefined;
  user: { login: string } | null;
};

/** Where one kind of comment is posted, listed, edited and deleted. */
export type CommentPlace = {
  /** As in "Posting a comment". */
  noun: string;
  post(body: string): Promise<{ data: Comment }>;
  /** Every page. */
  list(): Promise<readonly Comment[]>;
  edit(id: number, body: string): Promise<{ data: Comment }>;
  remove(id: number): Promise<unknown>;
};

/** Edits the known comment, adopts the one an unclear send left behind, or posts a new one. */
export async function upsertComment(
  context: WriteContext,
  ref: PullRequestRef,
  write: CommentWrite,
): Promise<Published> {
  return await upsertAt(issueComments(await context.client(ref.installationId), ref), context, write);
}

/**
 * The same for any kind of comment. After an unclear end every page is read first: the oldest of ours with this key is
 * adopted, others are deleted. Throws OBJECT_GONE for a known comment that a person deleted.
 */
export async function upsertAt(place: CommentPlace, context: WriteContext, write: CommentWrite): Promise<Published> {
  const body = outgoingBody(context, write.body, write.key);
  const found = write.isRetry ? await findOwn(place, context, write.key) : undefined;
  if (found !== undefined)
    return found.body === body ? toPublished(found) : toPublished(await edit(place, Number(found.id), body));
  if (write.knownId !== null) return await editKnown(place, context, { ...write, knownId: write.knownId, body });
  const what = `Posting a ${place.noun}`;
  const { data } = await callGithub(what, () => place.post(body));
  return { ...toPublished(demandObject(what, data)), isResent: write.isRetry };
}

/**
 * GitHub's reads may lag its writes: a 404 is not believed before the list was read. A list that shows the comment means
 * "later", one without it that a person deleted it.
 */
async function editKnown(
  place: CommentPlace,
  context: WriteContext,
  { knownId, key, body, isRetry }: CommentWrite & { knownId: number },
): Promise<Published> {
  try {
    return toPublished(await edit(place, knownId, body));
  } catch (error) {
    if (!isGone(error)) throw error;
    const found = isRetry ? undefined : await findOwn(place, context, key);
    if (found === undefined) throw goneError(place.noun, error);
    if (Number(found.id) !== knownId) return toPublished(await edit(place, Number(found.id), body));
    throw new RetryableError(`Editing a ${place.noun}: GitHub does not find it, and lists it.`, {
      code: "GITHUB_FAILED",
      hint: "See https://www.githubstatus.com; Rondo tries again.",
      cause: error,
    });
  }
}

async function edit(place: CommentPlace, id: number, body: string): Promise<Comment> {
  const what = `Editing a ${place.noun}`;
  return demandObject(what, (await callGithub(what, () => place.edit(id, body))).data);
}

async function findOwn(place: CommentPlace, context: WriteContext, key: string): Promise<Comment | undefined> {
  const all = await callGithub(`Looking for a ${place.noun}`, () => place.list());
  return await keepOldest(ownWith(context, key, all), (twin) =>
    callGithub(`Deleting a second ${place.noun}`, () => place.remove(Number(twin.id))),
  );
}

function issueComments(octokit: GithubClient, { owner, repo, number }: PullRequestRef): CommentPlace {
  const one = "/repos/{owner}/{repo}/issues/comments/{comment_id}";
  const all = "/repos/{owner}/{repo}/issues/{issue_number}/comments";
  const about = { owner, repo, issue_number: number };
  return {
    noun: "comment",
    post: (body) => octokit.request(`POST ${all}`, { ...about, body }),
    list: () => octokit.paginate(`GET ${all}`, { ...about, per_page: 100 }),
    edit: (id, body) => octokit.request(`PATCH ${one}`, { owner, repo, comment_id: id, body }),
    remove: (id) => octokit.request(`DELETE ${one}`, { owner, repo, comment_id: id }),
  };
}

/** What the state file keeps of a comment that GitHub answered with. */
function toPublished(comment: Pick<Comment, "id" | "node_id" | "html_url">): Published {
  return { id: Number(comment.id), url: comment.html_url, nodeId: comment.node_id };
}
