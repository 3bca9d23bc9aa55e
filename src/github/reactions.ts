// Reactions on comments, review comments, reviews and the pull request itself. Adding one twice is one reaction.
// Reviews have no REST route for reactions, so they go through GraphQL. https://docs.github.com/en/rest/reactions
import { PermanentError } from "../errors.ts";
import type { Reaction, ReactionTarget } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { callGithub } from "./errors.ts";
import type { WriteContext } from "./publisher.ts";

/** Returns the reaction's id; 0 on a review, where it is removed by its content. */
export async function addReaction(
  context: WriteContext,
  ref: PullRequestRef,
  target: ReactionTarget,
  content: Reaction,
): Promise<number> {
  const octokit = await context.client(ref.installationId);
  const about = { owner: ref.owner, repo: ref.repo, content };
  const { id } = target;
  return await callGithub("Adding a reaction", async () => {
    if (id === null || target.source === "pull_request") {
      const { data } = await octokit.request("POST /repos/{owner}/{repo}/issues/{issue_number}/reactions", {
        ...about,
        issue_number: ref.number,
      });
      return data.id;
    }
    if (target.source === "issue_comment") {
      const { data } = await octokit.request("POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions", {
        ...about,
        comment_id: id,
      });
      return data.id;
    }
    if (target.source === "review_comment") {
      const { data } = await octokit.request("POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions", {
        ...about,
        comment_id: id,
      });
      return data.id;
    }
    const subject = await reviewNode(context, ref, id);
    await octokit.graphql(ADD, { subject, content: GRAPHQL_CONTENT[content] });
    return 0;
  });
}

/** Fine when the reaction, or what it stood on, is gone. */
export async function removeReaction(
  context: WriteContext,
  ref: PullRequestRef,
  target: ReactionTarget,
  reaction: { id: number; content: Reaction },
): Promise<void> {
  const octokit = await context.client(ref.installationId);
  const about = { owner: ref.owner, repo: ref.repo, reaction_id: reaction.id };
  const { id } = target;
  try {
    await callGithub("Removing a reaction", async () => {
      if (id === null || target.source === "pull_request") {
        await octokit.request("DELETE /repos/{owner}/{repo}/issues/{issue_number}/reactions/{reaction_id}", {
          ...about,
          issue_number: ref.number,
        });
      } else if (target.source === "issue_comment") {
        await octokit.request("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions/{reaction_id}", {
          ...about,
          comment_id: id,
        });
      } else if (target.source === "review_comment") {
        await octokit.request("DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions/{reaction_id}", {
          ...about,
          comment_id: id,
        });
      } else {
        const subject = await reviewNode(context, ref, id);
        await octokit.graphql(REMOVE, { subject, content: GRAPHQL_CONTENT[reaction.content] });
      }
    });
  } catch (error) {
    if (error instanceof PermanentError && error.code === "GITHUB_NOT_FOUND") return;
    throw error;
  }
}

async function reviewNode(context: WriteContext, ref: PullRequestRef, reviewId: number): Promise<string> {
  const octokit = await context.client(ref.installationId);
  const { data } = await octokit.request("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", {
    owner: ref.owner,
    repo: ref.repo,
    pull_number: ref.number,
    review_id: reviewId,
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
