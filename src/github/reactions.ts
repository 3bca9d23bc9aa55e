// Reactions on comments, review comments, reviews and the pull request itself. Adding one twice is one reaction.
// Reviews have no REST route for reactions, so they go through GraphQL. https://docs.github.com/en/rest/reactions
import { RetryableError } from "../errors.ts";
import type { Reaction, ReactionTarget } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { GithubClient } from "./app.ts";
import { callGithub } from "./errors.ts";
import type { WriteContext } from "./publisher.ts";
import { isGone } from "./twins.ts";

/** Returns the reaction's id; 0 on a review, where it is removed by its content. */
export async function addReaction(
  context: WriteContext,
  ref: PullRequestRef,
  target: ReactionTarget,
  content: Reaction,
): Promise<number> {
  const octokit = await context.client(ref.installationId);
  return await callGithub("Adding a reaction", async () => {
    const place = placeOf(octokit, ref, target);
    if (place !== null) return (await place.add(content)).data.id;
    const subject = await reviewNode(octokit, ref, target);
    await octokit.graphql(ADD, { subject, content: GRAPHQL_CONTENT[content] });
    return 0;
  });
}

/**
 * Fine when the reaction, or what it stood on, is gone. GitHub's answers may lag its writes, so "not found" is believed
 * only when the list does not show the reaction either; else RetryableError GITHUB_FAILED.
 */
export async function removeReaction(
  context: WriteContext,
  ref: PullRequestRef,
  target: ReactionTarget,
  reaction: { id: number; content: Reaction },
): Promise<void> {
  const octokit = await context.client(ref.installationId);
  const place = placeOf(octokit, ref, target);
  try {
    await callGithub("Removing a reaction", async () => {
      if (place !== null) return await place.remove(reaction.id);
      const subject = await reviewNode(octokit, ref, target);
      return await octokit.graphql(REMOVE, { subject, content: GRAPHQL_CONTENT[reaction.content] });
    });
  } catch (error) {
    if (!isGone(error)) throw error;
    if (place === null || !(await isListed(place, reaction))) return;
    throw new RetryableError("Removing a reaction: GitHub does not find it, and lists it.", {
      code: "GITHUB_FAILED",
      hint: "See https://www.githubstatus.com; Rondo tries again.",
      cause: error,
    });
  }
}

type Place = {
  add(content: Reaction): Promise<{ data: { id: number } }>;
  remove(id: number): Promise<unknown>;
  /** Every page. */
  list(content: Reaction): Promise<readonly { id: number | bigint }[]>;
};

/** Where the reactions of a target are; null for a review. */
function placeOf(octokit: GithubClient, { owner, repo, number }: PullRequestRef, target: ReactionTarget): Place | null {
  const { source, id } = target;
  if (id !== null && source === "review") return null;
  if (id !== null && source === "issue_comment") {
    const path = "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions";
    const about = { owner, repo, comment_id: id };
    return {
      add: (content) => octokit.request(`POST ${path}`, { ...about, content }),
      remove: (one) => octokit.request(`DELETE ${path}/{reaction_id}`, { ...about, reaction_id: one }),
      list: (content) => octokit.paginate(`GET ${path}`, { ...about, content, per_page: 100 }),
    };
  }
  if (id !== null && source === "review_comment") {
    const path = "/repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions";
    const about = { owner, repo, comment_id: id };
    return {
      add: (content) => octokit.request(`POST ${path}`, { ...about, content }),
      remove: (one) => octokit.request(`DELETE ${path}/{reaction_id}`, { ...about, reaction_id: one }),
      list: (content) => octokit.paginate(`GET ${path}`, { ...about, content, per_page: 100 }),
    };
  }
  const path = "/repos/{owner}/{repo}/issues/{issue_number}/reactions";
  const about = { owner, repo, issue_number: number };
  return {
    add: (content) => octokit.request(`POST ${path}`, { ...about, content }),
    remove: (one) => octokit.request(`DELETE ${path}/{reaction_id}`, { ...about, reaction_id: one }),
    list: (content) => octokit.paginate(`GET ${path}`, { ...about, content, per_page: 100 }),
  };
}

/** What the reaction stood on may be gone too; then nothing lists it. */
async function isListed(place: Place, { id, content }: { id: number; content: Reaction }): Promise<boolean> {
  try {
    const listed = await callGithub("Looking for a reaction", () => place.list(content));
    return listed.some((one) => Number(one.id) === id);
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

async function reviewNode(octokit: GithubClient, ref: PullRequestRef, { id }: ReactionTarget): Promise<string> {
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", {
    owner: ref.owner,
    repo: ref.repo,
    pull_number: ref.number,
    review_id: id ?? 0,
  });
  return data.node_id;
}

const GRAPHQL_CONTENT: Record<Reaction, string> = { eyes: "EYES", "+1": "THUMBS_UP", confused: "CONFUSED" };

const ADD = `mutation AddReaction($subject: ID!, $content: ReactionContent!) {
  addReaction(input: { subjectId: $subject, content: $content }) { reaction { content } }
}`;

const REMOVE = `mutation RemoveReaction($subject: ID!, $content: ReactionContent!) {
  removeReaction(input: { subjectId: $subject, content: $content }) { reaction { content } }
}`;
