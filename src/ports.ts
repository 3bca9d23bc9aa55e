// What the steps need from the outside world, in Rondo's words. Types only.
// A port exists where a real adapter and a test adapter do; no type of a client library crosses it.
import type { CommentSource, RepositoryRef } from "./intent/intent.ts";
import type { PullRequestRef } from "./pull-request.ts";
import type { ChecksAtHead } from "./reviewer.ts";
import type { Lease } from "./round/lease.ts";
import type { PullRequestRecord } from "./round/round.ts";
import type { RenderedCheckRun } from "./report/check-run.ts";

/** A pull request as GitHub shows it now. */
export type LivePullRequest = {
  ref: PullRequestRef;
  state: "open" | "closed";
  isMerged: boolean;
  isDraft: boolean;
  isLocked: boolean;
  title: string;
  body: string;
  author: string;
  authorIsBot: boolean;
  labels: readonly string[];
  headSha: string;
  headRef: string;
  /** Repository id of the head, null when the fork was deleted. */
  headRepoId: number | null;
  baseRef: string;
  baseSha: string;
  changedFiles: number;
  url: string;
};

/** Reads from GitHub. Each returns the truth or throws: a failed read is never an empty answer. */
export type PullRequests = {
  /** `maxAgeMs`: an answer that is at most this old will do; 0 (the default) asks GitHub. */
  fetchPullRequest(ref: PullRequestRef, maxAgeMs?: number): Promise<LivePullRequest>;
  /** Merge base of the current base and the head by the compare API; null when the histories are unrelated. */
  fetchMergeBase(ref: PullRequestRef, baseSha: string, headSha: string): Promise<string | null>;
  /**
   * A file of the repository at a commit; null only when GitHub says that it does not exist. Throws PermanentError
   * NOT_A_FILE, FILE_TOO_LARGE or FILE_NOT_TEXT for one that no text can be read from.
   */
  fetchFile(repo: RepositoryRef, path: string, commit: string): Promise<string | null>;
  /**
   * A file of `OWNER/.github` on its default branch, with the commit that changed it last; up to a minute old. Null when
   * there is none or this App may not read it.
   */
  fetchOwnerFile(repo: RepositoryRef, path: string): Promise<{ commit: string; text: string } | null>;
  /** A comment as it stands now; null when it was deleted. */
  fetchComment(ref: PullRequestRef, source: CommentSource, id: number): Promise<LiveComment | null>;
  /** A thread of review comments as it stands now; null when it is gone. `resolvedBy`: login; null while nobody did. */
  fetchThread(
    ref: PullRequestRef,
    threadId: string,
  ): Promise<{ isResolved: boolean; resolvedBy: string | null } | null>;
  /** `none` for everybody who is no collaborator; an error is thrown, and the caller treats it as no. */
  fetchPermission(repo: RepositoryRef, login: string): Promise<"admin" | "write" | "read" | "none">;
  listOpen(repo: RepositoryRef): Promise<readonly LivePullRequest[]>;
  /** Open ones with exactly this head, as far as GitHub tells them of a commit: none of a fork's, at most 100. */
  listWithHead(repo: RepositoryRef, headSha: string): Promise<readonly LivePullRequest[]>;
};

/** Reads about a repository as a whole; each is a bounded number of calls. */
export type Repositories = {
  /** True when some changed file is meant, by its new or old path; also when there are more files than GitHub lists. */
  hasFile(ref: PullRequestRef, isMeant: (path: string) => boolean): Promise<boolean>;
  /** Commit of a branch; null when there is no such branch. */
  fetchBranchTip(repo: RepositoryRef, branch: string): Promise<string | null>;
  /** What others' checks and statuses say at a commit; what could not be read is in its `problem`. */
  fetchChecks(repo: RepositoryRef, headSha: string): Promise<ChecksAtHead>;
  /** Commits that `head` has and `base` has not, at most 500; branches or commits. */
  fetchCommits(repo: RepositoryRef, base: string, head: string): Promise<readonly string[]>;
  /** Comments changed at or after `since` (UTC ISO), oldest change first; page 1, 2, … of 100. */
  listComments(
    repo: RepositoryRef,
    source: "issue_comment" | "review_comment",
    since: string,
    page: number,
  ): Promise<readonly ListedComment[]>;
};

/** A comment of a list. `number`: its pull request; null on an issue. */
export type ListedComment = Pick<LiveComment, "id" | "author" | "authorIsBot" | "body" | "createdAt" | "updatedAt"> & {
  number: number | null;
  isReply: boolean;
};

/** How far lists of a repository were read; a file a repository, beside the state files. */
export type Cursors = {
  /** null when nothing was read yet. */
  read(repoId: number): Promise<{ issue_comment: string; review_comment: string } | null>;
  write(repoId: number, cursor: { issue_comment: string; review_comment: string }): Promise<void>;
};

export type LiveComment = {
  id: number;
  author: string;
  authorIsBot: boolean;
  body: string;
  createdAt: string;
  updatedAt: string;
  url: string;
  /** The first comment of the thread that it is a reply in; null for everything that is no reply. */
  inReplyTo: number | null;
};

/**
 * What GitHub gave back for an object that was written or found again. `isResent`: sent once more after an unclear end, and
 * nothing was found before; should GitHub's list have lagged, there are two now.
 */
export type Published = { id: number; url: string; nodeId: string; isResent?: boolean };

/** A write to GitHub that can be found again by its effect key. `knownId` is the object of an earlier write of the same key. */
export type CommentWrite = {
  key: string;
  /** Markdown without the marker; the publisher adds it as the last line. */
  body: string;
  knownId: number | null;
  /** True when an earlier attempt may have taken effect: look for it before sending. */
  isRetry: boolean;
};

/** A comment in the thread that begins with the review comment `inReplyTo`. */
export type ThreadReplyWrite = CommentWrite & { inReplyTo: number };

export type ReviewWrite = {
  key: string;
  headSha: string;
  event: "COMMENT" | "REQUEST_CHANGES" | "APPROVE";
  body: string;
  knownId: number | null;
  isRetry: boolean;
  comments: readonly {
    /** Key of the inline comment: the review's key with the finding's fingerprint. */
    key: string;
    path: string;
    body: string;
    line: number;
    side: "LEFT" | "RIGHT";
    startLine: number | null;
    startSide: "LEFT" | "RIGHT" | null;
  }[];
};

export type CheckRunWrite = RenderedCheckRun & {
  /** Also the check run's `external_id`. */
  key: string;
  headSha: string;
  knownId: number | null;
  isRetry: boolean;
  detailsUrl: string | null;
};

export type PublishedReview = Published & {
  /** Inline comments that GitHub took, by their key. */
  comments: readonly { key: string; id: number; url: string }[];
};

export type Reaction = "eyes" | "+1" | "confused";

/** What a reaction is put on; `id` is null for the pull request itself. */
export type ReactionTarget = { source: CommentSource | "pull_request"; id: number | null };

/**
 * Writes to GitHub. `upsertReview` throws PermanentError ANCHOR_REFUSED when GitHub takes the review with none of its
 * inline comments (it is all or nothing); every edit throws OBJECT_GONE when a person deleted the object.
 * Every one can be repeated without a second object; a 5xx or time-out throws an ambiguous RetryableError.
 */
export type Publisher = {
  upsertComment(ref: PullRequestRef, write: CommentWrite): Promise<Published>;
  upsertThreadReply(ref: PullRequestRef, write: ThreadReplyWrite): Promise<Published>;
  upsertReview(ref: PullRequestRef, write: ReviewWrite): Promise<PublishedReview>;
  /** True when GitHub would take the review's inline comments. Leaves nothing behind and notifies nobody. */
  probeReview(ref: PullRequestRef, write: ReviewWrite): Promise<boolean>;
  /** The hunks of these changed files as GitHub shows them now; a file without any takes no comment on a line. */
  fetchPatches(ref: PullRequestRef, paths: ReadonlySet<string>): Promise<ReadonlyMap<string, string>>;
  upsertCheckRun(ref: PullRequestRef, write: CheckRunWrite): Promise<Published>;
  /** Returns the reaction's id. */
  addReaction(ref: PullRequestRef, target: ReactionTarget, content: Reaction): Promise<number>;
  /** Removes one of Rondo's own reactions; fine when it is gone already. */
  removeReaction(
    ref: PullRequestRef,
    target: ReactionTarget,
    reaction: { id: number; content: Reaction },
  ): Promise<void>;
  /** Minimises one of Rondo's own comments as outdated, by GraphQL node id. */
  minimise(ref: PullRequestRef, nodeId: string): Promise<void>;
};

/** The state files. `update` is the only way to change one. */
export type Rounds = {
  /** null when there is no file; throws PermanentError STATE_UNREADABLE or STATE_TOO_NEW, never null for a broken file. */
  load(ref: Pick<PullRequestRef, "owner" | "repo" | "number" | "repoId">): Promise<PullRequestRecord | null>;
  /**
   * Under the write lock: load (or `newRecord`), `change`, save with rev + 1 and a line in the journal.
   * `change` is pure and quick; returning the same record saves nothing. Resolves to what is on disk afterwards.
   */
  update(ref: PullRequestRef, change: (record: PullRequestRecord) => RecordChange): Promise<PullRequestRecord>;
  /** Every pull request with a state file; one that cannot be read is logged and left out. */
  list(): Promise<readonly PullRequestRef[]>;
  /** Pull requests of the repository whose state file names this commit, for whatever reason; `ref`'s own included. */
  listOnCommit(ref: PullRequestRef, headSha: string): Promise<readonly PullRequestRef[]>;
  /** A repository was renamed or transferred: its folder, the names in it and the installation follow. Harmless to repeat. */
  move(repoId: number, to: { owner: string; repo: string; installationId: number }): Promise<void>;
  /** Takes the lease, or undefined when a live owner has it. Counts a takeover of a dead one in `claims`. */
  acquireLease(ref: PullRequestRef): Promise<HeldLease | undefined>;
};

/** A changed record and the journal's line about it. */
export type RecordChange = { record: PullRequestRecord; event: { kind: string; detail: Record<string, unknown> } };

/** A lease in hand; its heartbeat runs until `release`. */
export type HeldLease = {
  lease: Lease;
  /** The dead owner it was taken from, or null when it was free. */
  takenOverFrom: Lease | null;
  /** Takeovers of this pull request's lease since a round last started, this one included. */
  takeovers: number;
  /** Aborted when the lease was lost to somebody else. */
  lost: AbortSignal;
  release(): Promise<void>;
};

/** The queue, as far as the round needs it. */
export type Jobs = {
  /** Makes sure that some worker looks at this pull request soon; many calls are one job. */
  wake(ref: PullRequestRef, delayMs?: number): Promise<void>;
  /** Delivers a timer event later; the key makes a repeated call harmless. */
  schedule(timer: { key: string; ref: PullRequestRef; fence: number; kind: string; atMs: number }): Promise<void>;
  /** Tells every worker at once that the state file changed, so that a stale reviewer dies now. */
  announce(ref: PullRequestRef): Promise<void>;
  /** Calls back for every announcement about this pull request; returns the way to stop. */
  onAnnounced(ref: PullRequestRef, callback: () => void): () => void;
};

export type Clock = {
  now(): Date;
  /** Milliseconds that never jump. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
};

type LogFields = Readonly<Record<string, unknown>>;

/** Static message first, fields second; secrets are masked by the adapter. */
export type Log = {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
};

/** Ids and randomness, so that a round can be told again exactly. */
export type Ids = {
  uuid(): string;
  /** `length` lower-case hexadecimal characters. */
  hex(length: number): string;
};

/** The folder of a run's artifacts. Texts are redacted by the adapter before they reach the disk. */
export type Runs = {
  save(repo: string, runId: string, files: Readonly<Record<string, string>>): Promise<void>;
};

/** How many rounds this process works on at once. */
export type Slots = {
  /** A slot, or undefined when all are taken; call the result once to give it back. */
  tryTake(): (() => void) | undefined;
};
