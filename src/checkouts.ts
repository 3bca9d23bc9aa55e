// The port behind which a change is fetched and laid out for the reviewers of one round. Types only.
import type { PullRequestRef } from "./pull-request.ts";
import type { ChangedFile } from "./reviewer.ts";

/** A change, prepared on disk for the reviewers of one round. Paths belong to this round alone. */
export type Checkout = {
  gitDir: string;
  checkoutDir: string;
  diffFile: string;
  diff: string;
  headSha: string;
  mergeBaseSha: string;
  files: readonly ChangedFile[];
  /** All files at the head, and what tells whether they were changed; null when not asked for, or too large. */
  tree?: { dir: string; fingerprint: string } | null;
  /** HEAD and every ref with its object, to tell whether somebody moved one; absent where nobody asks. */
  refs?: string;
  /** What the project tells reviewers, and the commit of the base branch that it stands in; absent when not asked for. */
  rules?: {
    commit: string;
    files: readonly { path: string; text: string }[];
    leftOut: readonly { path: string; reason: string }[];
  };
};

export type Checkouts = {
  /**
   * Fetches head and merge base into a throw-away repository, verifies them, writes diff and changed files.
   * Throws PermanentError HEAD_GONE, NO_MERGE_BASE, REPOSITORY_EMPTY, DISK_FULL; RetryableError GIT_FETCH_FAILED.
   */
  prepare(
    ref: PullRequestRef,
    commits: {
      headSha: string;
      baseSha: string;
      mergeBaseSha: string | null;
      /** Files that the repository's settings leave out: listed, not read. */
      isLeftOut?: ((path: string) => boolean) | null;
      /** True: all files of the head are wanted too. */
      needsTree?: boolean;
      /** True: the project's rules for reviewers are wanted too. */
      needsRules?: boolean;
    },
    signal: AbortSignal,
  ): Promise<Checkout>;
  /** True while HEAD of the throw-away repository is still the round's head, and refs and tree are unchanged. */
  verify(checkout: Checkout): Promise<boolean>;
  /** Removes everything; safe to call twice. */
  dispose(checkout: Checkout): Promise<void>;
};
