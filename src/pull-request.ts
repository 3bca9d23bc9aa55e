// The words for a pull request that every layer shares: who it is, where its head is, how it is printed and parsed.
import { z } from "zod";

/** A full commit id: 40 lower-case hexadecimal characters (64 in SHA-256 repositories). */
export const Sha = z
  .string()
  .regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)
  .brand<"Sha">();
export type Sha = z.infer<typeof Sha>;

/** Which pull request: enough to call GitHub and to find its state file. `owner` and `repo` keep GitHub's spelling. */
export const PullRequestRef = z.object({
  installationId: z.number().int().positive(),
  /** GitHub's numeric repository id; survives renames and transfers. */
  repoId: z.number().int().positive(),
  owner: z.string().min(1),
  repo: z.string().min(1),
  /** Pull request number, 1-based. */
  number: z.number().int().positive(),
});
export type PullRequestRef = z.infer<typeof PullRequestRef>;

/** `owner/repo#7`, as people write it. */
export function formatPullRequestRef(ref: Pick<PullRequestRef, "owner" | "repo" | "number">): string {
  return `${ref.owner}/${ref.repo}#${ref.number}`;
}

/** Key of a pull request in queues and locks: `{repoId}-{number}`. Free of `:`, which BullMQ refuses in job ids. */
export function pullRequestKey(ref: Pick<PullRequestRef, "repoId" | "number">): string {
  return `${ref.repoId}-${ref.number}`;
}

/** First 7 characters, for prose. */
export function shortSha(sha: string): string {
  return sha.slice(0, 7);
}
