// Whether a thread of review comments is resolved, and by whom; only GraphQL tells.
// https://docs.github.com/en/graphql/reference/objects#pullrequestreviewthread
import { z } from "zod";
import { PermanentError } from "../errors.ts";
import type { GithubClient } from "./app.ts";
import { callGithub } from "./errors.ts";

const Answer = z.object({
  node: z.object({ isResolved: z.boolean(), resolvedBy: z.object({ login: z.string() }).nullable() }).nullable(),
});

/** The thread with this GraphQL id; null when there is none any more. */
export async function fetchThread(octokit: GithubClient, threadId: string) {
  try {
    const answer = await callGithub("Reading a thread", () => octokit.graphql(THREAD, { thread: threadId }));
    const { node } = Answer.parse(answer);
    return node === null ? null : { isResolved: node.isResolved, resolvedBy: node.resolvedBy?.login ?? null };
  } catch (error) {
    if (error instanceof PermanentError && error.code === "GITHUB_NOT_FOUND") return null;
    throw error;
  }
}

const THREAD = `query Thread($thread: ID!) {
  node(id: $thread) { ... on PullRequestReviewThread { isResolved resolvedBy { login } } }
}`;
