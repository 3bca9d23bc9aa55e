// The whole state of the fake GitHub as plain records in maps, keyed by GitHub's own numeric ids.
// Records hold facts only (who wrote what, when, on which SHA); everything derived (files, patches, line anchors,
// counts, URLs) is computed from real git or by the presenters. REST, GraphQL, pages and seeding share this one model.

import type { CheckConclusion, CheckStatus } from "./check-words.ts";
import type { App, AppCode, Installation, Token } from "./state-app.ts";

/** A repository role, strongest last; GitHub's five roles plus "none". */
export type Role = "none" | "read" | "triage" | "write" | "maintain" | "admin";

/** Level of one App permission. */
export type PermissionLevel = "read" | "write" | "admin";

/** App permissions by GitHub's key, e.g. `{ pull_requests: "write" }`. */
export type Permissions = Record<string, PermissionLevel>;

/** The eight reaction contents of REST. */
export type ReactionContent = "+1" | "-1" | "laugh" | "confused" | "heart" | "hooray" | "rocket" | "eyes";

/** GraphQL's ReportedContentClassifiers, as stored for a minimised comment. */
export type MinimizedReason = "ABUSE" | "DUPLICATE" | "OFF_TOPIC" | "OUTDATED" | "RESOLVED" | "SPAM";

/** A person, an organisation or an App's bot account (`type: "Bot"`, login `slug[bot]`). */
export interface User {
  id: number;
  nodeId: string;
  login: string;
  type: "User" | "Bot" | "Organization";
  name: string | null;
  email: string | null;
  /** The App this bot account belongs to; null for people and organisations. */
  appId: number | null;
  createdAt: Date;
}

/** A repository label. */
export interface Label {
  id: number;
  nodeId: string;
  name: string;
  color: string;
  description: string | null;
}

/** A repository or a fork; its objects live in the bare git repository `gitDir`. */
export interface Repository {
  id: number;
  nodeId: string;
  ownerId: number;
  name: string;
  /** Earlier `owner/name` values; requests for them answer 301. */
  formerNames: string[];
  isPrivate: boolean;
  isArchived: boolean;
  defaultBranch: string;
  description: string | null;
  /** Repository this one was forked from, or null. */
  parentId: number | null;
  /** Absolute path of the bare git repository. */
  gitDir: string;
  /** Roles given to people; the owner is always admin. On a public repository everyone else reads. */
  roles: Map<number, Role>;
  labels: Label[];
  /** Branch names that refuse pushes, see the seed action `protectBranch`. */
  protectedBranches: string[];
  /** Next issue or pull request number. */
  nextNumber: number;
  createdAt: Date;
  updatedAt: Date;
  pushedAt: Date;
}

/** A pull request (and its issue half: labels, lock, comments count). */
export interface PullRequest {
  id: number;
  nodeId: string;
  /** Id of the issue object that carries the same number. */
  issueId: number;
  repoId: number;
  number: number;
  title: string;
  body: string | null;
  authorId: number;
  state: "open" | "closed";
  isDraft: boolean;
  baseRef: string;
  /** Tip of the base branch when the pull request was opened, retargeted or last pushed to: GitHub's `base.sha`. */
  baseSha: string;
  /** Null once the head repository was deleted. */
  headRepoId: number | null;
  headRef: string;
  headSha: string;
  labelIds: number[];
  isLocked: boolean;
  lockReason: "off-topic" | "too heated" | "resolved" | "spam" | null;
  maintainerCanModify: boolean;
  createdAt: Date;
  updatedAt: Date;
  closedAt: Date | null;
  mergedAt: Date | null;
  mergedById: number | null;
  mergeCommitSha: string | null;
}

/** An issue comment: the conversation comments of a pull request. */
export interface IssueComment {
  id: number;
  nodeId: string;
  repoId: number;
  /** Number of the pull request it stands on. */
  number: number;
  authorId: number;
  /** App that wrote it, null for people. */
  viaAppId: number | null;
  body: string;
  minimizedReason: MinimizedReason | null;
  createdAt: Date;
  updatedAt: Date;
}

/** State of a review; PENDING is visible to its author only. */
export type ReviewState = "PENDING" | "COMMENTED" | "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED";

/** A review: the batch that holds review comments. */
export interface Review {
  id: number;
  nodeId: string;
  repoId: number;
  number: number;
  authorId: number;
  viaAppId: number | null;
  body: string;
  state: ReviewState;
  /** Head SHA the review was made for. */
  commitSha: string;
  minimizedReason: MinimizedReason | null;
  createdAt: Date;
  /** Null while PENDING. */
  submittedAt: Date | null;
  updatedAt: Date;
}

/** Side of a diff: LEFT is the old file, RIGHT the new one. */
export type DiffSide = "LEFT" | "RIGHT";

/** Where a review comment stands. Lines are 1-based; null lines mean outdated, or a comment on the whole file. */
export interface Anchor {
  line: number | null;
  startLine: number | null;
  /** Position counted in diff lines below the first hunk header, GitHub's old scheme. */
  position: number | null;
}

/** A review comment: one remark on a line, a range or a file of the diff. */
export interface ReviewComment {
  id: number;
  nodeId: string;
  repoId: number;
  number: number;
  reviewId: number;
  threadId: number;
  /** First comment of the thread, null when this is the first. */
  inReplyToId: number | null;
  authorId: number;
  viaAppId: number | null;
  body: string;
  path: string;
  side: DiffSide;
  startSide: DiffSide | null;
  subjectType: "line" | "file";
  /** Re-anchored on every push to the pull request. */
  current: Anchor;
  /** As written; never changes. */
  original: Anchor;
  /** Re-anchored to the head while the comment still stands on a line. */
  commitSha: string;
  /** As written; never changes. */
  originalCommitSha: string;
  diffHunk: string;
  minimizedReason: MinimizedReason | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A thread of review comments; its first comment (lowest id) carries the anchor. */
export interface ReviewThread {
  id: number;
  nodeId: string;
  repoId: number;
  number: number;
  isResolved: boolean;
  resolvedById: number | null;
}

/** A reaction on an issue comment, a review comment, a pull request (`issue`) or a review (GraphQL only). */
export interface Reaction {
  id: number;
  nodeId: string;
  subject: { kind: "issueComment" | "reviewComment" | "issue" | "review"; id: number };
  userId: number;
  content: ReactionContent;
  createdAt: Date;
}

/** One annotation of a check run; lines 1-based, columns null when absent. */
export interface Annotation {
  path: string;
  startLine: number;
  endLine: number;
  startColumn: number | null;
  endColumn: number | null;
  level: "notice" | "warning" | "failure";
  title: string | null;
  message: string;
  rawDetails: string | null;
}

/** The suite that groups one App's check runs of one SHA. */
export interface CheckSuite {
  id: number;
  nodeId: string;
  repoId: number;
  appId: number;
  headSha: string;
  headBranch: string | null;
  before: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A check run of an App on a SHA. */
export interface CheckRun {
  id: number;
  nodeId: string;
  repoId: number;
  suiteId: number;
  appId: number;
  name: string;
  headSha: string;
  externalId: string;
  detailsUrl: string | null;
  status: CheckStatus;
  conclusion: CheckConclusion | null;
  startedAt: Date | null;
  completedAt: Date | null;
  output: { title: string | null; summary: string | null; text: string | null };
  annotations: Annotation[];
  actions: { label: string; description: string; identifier: string }[];
}

/** A commit status (the older sibling of checks). */
export interface CommitStatus {
  id: number;
  nodeId: string;
  repoId: number;
  sha: string;
  creatorId: number;
  state: "error" | "failure" | "pending" | "success";
  context: string;
  description: string | null;
  targetUrl: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A merge queue's group, as the `merge_group` event describes it. */
export interface MergeGroup {
  repoId: number;
  headSha: string;
  headRef: string;
  baseSha: string;
  baseRef: string;
  numbers: number[];
}

/** Everything the double knows. Mutate it only through `double/actions/`, so that events are sent. */
export interface State {
  app: App;
  users: Map<number, User>;
  repositories: Map<number, Repository>;
  pullRequests: Map<number, PullRequest>;
  issueComments: Map<number, IssueComment>;
  reviews: Map<number, Review>;
  reviewComments: Map<number, ReviewComment>;
  threads: Map<number, ReviewThread>;
  reactions: Map<number, Reaction>;
  checkSuites: Map<number, CheckSuite>;
  checkRuns: Map<number, CheckRun>;
  statuses: Map<number, CommitStatus>;
  installations: Map<number, Installation>;
  tokens: Map<string, Token>;
  /** Apps that were created from a manifest and not fetched yet, by their one-time code. */
  appCodes: Map<string, AppCode>;
  mergeGroups: MergeGroup[];
}
