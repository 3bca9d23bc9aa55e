// Folds one of Rondo's own comments away as outdated; only GraphQL can.
// https://docs.github.com/en/graphql/reference/mutations#minimizecomment
import type { PullRequestRef } from "../pull-request.ts";
import { callGithub } from "./errors.ts";
import type { WriteContext } from "./publisher.ts";

/** `nodeId` is the comment's GraphQL node id. Minimising twice is minimising once. */
export async function minimiseComment(context: WriteContext, ref: PullRequestRef, nodeId: string): Promise<void> {
  const octokit = await context.client(ref.installationId);
  await callGithub("Minimising a comment", () => octokit.graphql(MINIMISE, { subject: nodeId }));
}

const MINIMISE = `mutation Minimise($subject: ID!) {
  minimizeComment(input: { subjectId: $subject, classifier: OUTDATED }) { minimizedComment { isMinimized } }
}`;
