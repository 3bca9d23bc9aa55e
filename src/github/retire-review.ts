// A review that was submitted twice. GitHub lets nobody delete a submitted review, so what can be taken away is: its inline
// comments are deleted, its words give way to one sentence that leads to the review that counts, and it is folded away.
// https://docs.github.com/en/rest/pulls/reviews#update-a-review-for-a-pull-request
import type { PullRequestRef } from "../pull-request.ts";
import { genuineKey } from "../report/marker.ts";
import type { GithubClient } from "./app.ts";
import { callGithub } from "./errors.ts";
import type { WriteContext } from "./publisher.ts";
import { isGone } from "./twins.ts";

type Posted = { id: number | bigint; node_id: string; html_url: string };
type Reach = { context: Pick<WriteContext, "botLogin" | "markerKeys">; octokit: GithubClient; ref: PullRequestRef };

/** Takes away what can be taken away of `twin`. Its sentence has no marker, so it is not found again. */
export async function retireReview({ context, octokit, ref }: Reach, twin: Posted, kept: Posted): Promise<void> {
  const { owner, repo, number } = ref;
  const about = { owner, repo, pull_number: number, review_id: Number(twin.id) };
  const comments = await callGithub("Reading a second review's comments", () =>
    octokit.paginate("GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/comments", {
      ...about,
      per_page: 100,
    }),
  );
  for (const { id, body, user } of comments) {
    if (user?.login !== context.botLogin || genuineKey(body, context.markerKeys) === undefined) continue;
    await callGithub("Deleting a second inline comment", () =>
      octokit.request("DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}", { owner, repo, comment_id: id }),
    ).catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
  }
  // Folded away before it loses its key: after a failure in between it is found again.
  await callGithub("Folding a second review away", () => octokit.graphql(FOLD, { subject: twin.node_id }));
  await callGithub("Rewriting a second review", () =>
    octokit.request("PUT /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}", {
      ...about,
      body: `GitHub's answer got lost, so this review was sent twice. [The other one](${kept.html_url}) counts.`,
    }),
  );
}

const FOLD = `mutation FoldTwin($subject: ID!) {
  minimizeComment(input: { subjectId: $subject, classifier: DUPLICATE }) { minimizedComment { isMinimized } }
}`;
