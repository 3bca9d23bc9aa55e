// What people (and other bots) do in a story: the seed actions of tests and of the demo. Each is one line that names who
// acts and calls the same action REST and GraphQL call, so the same rules hold and the same webhooks go out.
import * as checks from "./actions/check-runs.ts";
import { rerequestSuite } from "./actions/check-suites.ts";
import * as installations from "./actions/installations.ts";
import * as comments from "./actions/issue-comments.ts";
import { addLabels, removeLabel } from "./actions/labels.ts";
import { destroyMergeGroup, requestMergeGroup } from "./actions/merge-groups.ts";
import * as pulls from "./actions/pull-requests.ts";
import { pushCommit, pushRef } from "./actions/pushes.ts";
import type { NewCommit } from "./actions/pushes.ts";
import { addReaction } from "./actions/reactions.ts";
import * as repositories from "./actions/repositories.ts";
import { deleteReviewComment, editReviewComment, replyToComment } from "./actions/review-comments.ts";
import { createReview, dismissReview } from "./actions/reviews.ts";
import type { NewReview } from "./actions/reviews.ts";
import { createStatus } from "./actions/statuses.ts";
import { setThreadResolved } from "./actions/threads.ts";
import { createUser, setRole } from "./actions/users.ts";
import { mintUserToken } from "./auth.ts";
import { ZERO_SHA } from "./git/bare-repository.ts";
import type {
  CheckRun,
  CheckSuite,
  CommitStatus,
  IssueComment,
  MergeGroup,
  Permissions,
  PullRequest,
  Reaction,
  ReactionContent,
  Repository,
  Review,
  ReviewComment,
  ReviewThread,
  Role,
  User,
} from "./state.ts";
import type { Installation } from "./state-app.ts";
import { findPullRequest, repositoryOf } from "./world.ts";
import type { World, Writer } from "./world.ts";

/** Everything a person can do in the double. */
export type People = ReturnType<typeof peopleOf>;

/** The seed actions of a world. First argument: who acts. Promises resolve when the effect is there and announced. */
export function peopleOf(world: World) {
  return {
    ...accounts(world),
    ...code(world),
    ...pullRequests(world),
    ...conversation(world),
    ...checksAndQueue(world),
  };
}

/** A person acts for nobody; a bot acts for its App. */
export function asWriter(user: User): Writer {
  return { user, appId: user.appId };
}

function accounts(world: World) {
  return {
    /** Adds a person; `type: "Bot"` adds another App's account, e.g. `copilot[bot]`. */
    createUser: (login: string, options?: Parameters<typeof createUser>[2]) => createUser(world, login, options),
    createOrganization: (login: string) => createUser(world, login, { type: "Organization" }),
    /** A token for REST, GraphQL and git over HTTP as that person. */
    tokenFor: (user: User) => mintUserToken(world, user).value,
    setPermission: (user: User, repository: Repository, role: Role) => setRole(repository, user, role),
    installApp: (draft: installations.NewInstallation) => installations.installApp(world, draft),
    addToInstallation: (sender: User, installation: Installation, added: Repository[]) =>
      installations.changeInstallationRepositories(world, installation, { added, sender }),
    removeFromInstallation: (sender: User, installation: Installation, removed: Repository[]) =>
      installations.changeInstallationRepositories(world, installation, { removed, sender }),
    acceptPermissions: (sender: User, installation: Installation, permissions: Permissions) =>
      installations.acceptPermissions(world, installation, permissions, sender),
    suspendApp: (sender: User, installation: Installation) =>
      installations.suspendInstallation(world, installation, true, sender),
    unsuspendApp: (sender: User, installation: Installation) =>
      installations.suspendInstallation(world, installation, false, sender),
    uninstallApp: (sender: User, installation: Installation) => installations.uninstallApp(world, installation, sender),
  };
}

function code(world: World) {
  return {
    createRepository: (draft: repositories.NewRepository) => repositories.createRepository(world, draft),
    createFork: (owner: User, parent: Repository) => repositories.createFork(world, parent, owner),
    renameRepository: (user: User, repository: Repository, name: string) =>
      repositories.renameRepository(world, asWriter(user), repository, name),
    transferRepository: (user: User, repository: Repository, newOwner: User) =>
      repositories.transferRepository(world, asWriter(user), repository, newOwner),
    archiveRepository: (user: User, repository: Repository) =>
      repositories.archiveRepository(world, asWriter(user), repository, true),
    unarchiveRepository: (user: User, repository: Repository) =>
      repositories.archiveRepository(world, asWriter(user), repository, false),
    deleteRepository: (user: User, repository: Repository) =>
      repositories.deleteRepository(world, asWriter(user), repository),
    /** Pushes over HTTP to this branch are refused from now on. */
    protectBranch: (repository: Repository, branch: string) => void repository.protectedBranches.push(branch),
    /** Writes files (null deletes one) and pushes; another `parent` than the tip is a force-push. Returns the SHA. */
    pushCommit: (user: User, repository: Repository, commit: NewCommit) => pushCommit(world, user, repository, commit),
    /** Points a branch at a commit that exists already. */
    forcePush: (user: User, repository: Repository, branch: string, sha: string) =>
      pushRef(world, user, repository, branch, sha),
    deleteBranch: (user: User, repository: Repository, branch: string) =>
      pushRef(world, user, repository, branch, ZERO_SHA),
  };
}

function pullRequests(world: World) {
  return {
    openPullRequest: (user: User, repository: Repository, draft: pulls.NewPullRequest) =>
      pulls.openPullRequest(world, asWriter(user), repository, draft),
    editPullRequest: (user: User, pull: PullRequest, edit: { title?: string; body?: string }) =>
      pulls.editPullRequest(world, asWriter(user), pull, edit),
    retarget: (user: User, pull: PullRequest, base: string) =>
      pulls.editPullRequest(world, asWriter(user), pull, { base }),
    convertToDraft: (user: User, pull: PullRequest) => pulls.setDraft(world, asWriter(user), pull, true),
    markReady: (user: User, pull: PullRequest) => pulls.setDraft(world, asWriter(user), pull, false),
    close: (user: User, pull: PullRequest) => pulls.closePullRequest(world, asWriter(user), pull),
    reopen: (user: User, pull: PullRequest) => pulls.reopenPullRequest(world, asWriter(user), pull),
    merge: (user: User, pull: PullRequest) => pulls.mergePullRequest(world, asWriter(user), pull),
    lock: (user: User, pull: PullRequest) => pulls.lockPullRequest(world, asWriter(user), pull, { isLocked: true }),
    unlock: (user: User, pull: PullRequest) => pulls.lockPullRequest(world, asWriter(user), pull, { isLocked: false }),
    label: (user: User, pull: PullRequest, ...names: string[]) => addLabels(world, asWriter(user), pull, names),
    unlabel: (user: User, pull: PullRequest, name: string) => removeLabel(world, asWriter(user), pull, name),
  };
}

function conversation(world: World) {
  return {
    comment: (user: User, pull: PullRequest, body: string) =>
      comments.createIssueComment(world, asWriter(user), pull, body),
    editComment: (user: User, comment: IssueComment, body: string) =>
      comments.editIssueComment(world, asWriter(user), comment, body),
    deleteComment: (user: User, comment: IssueComment) => comments.deleteIssueComment(world, asWriter(user), comment),
    submitReview: (user: User, pull: PullRequest, draft: NewReview): Promise<Review> =>
      createReview(world, asWriter(user), pull, draft),
    dismissReview: (user: User, review: Review) => dismissReview(world, asWriter(user), review),
    /** Answers in the thread of a review comment (its first one, whichever is given). */
    replyToThread: (user: User, comment: ReviewComment, body: string) => {
      const pull = findPullRequest(world, comment.repoId, comment.number);
      const parent = world.state.reviewComments.get(comment.inReplyToId ?? comment.id);
      if (pull === undefined || parent === undefined) throw new Error("the thread is gone");
      return replyToComment(world, asWriter(user), pull, parent, body);
    },
    editReviewComment: (user: User, comment: ReviewComment, body: string) =>
      editReviewComment(world, asWriter(user), comment, body),
    deleteReviewComment: (user: User, comment: ReviewComment) => deleteReviewComment(world, asWriter(user), comment),
    resolveThread: (user: User, thread: ReviewThread) => setThreadResolved(world, asWriter(user), thread, true),
    unresolveThread: (user: User, thread: ReviewThread) => setThreadResolved(world, asWriter(user), thread, false),
    react: (user: User, subject: Reaction["subject"], content: ReactionContent) =>
      addReaction(world, asWriter(user), subject, content).reaction,
  };
}

function checksAndQueue(world: World) {
  return {
    /** Clicks "Re-run" on a check run. */
    requestRerun: (user: User, run: CheckRun) => checks.rerequestRun(world, asWriter(user), run),
    /** Clicks "Re-run all checks". */
    requestSuiteRerun: (user: User, suite: CheckSuite) =>
      rerequestSuite(world, user, repositoryOf(world, suite.repoId), suite),
    /** Clicks a button of a check run, by its identifier. */
    pressButton: (user: User, run: CheckRun, identifier: string) =>
      checks.pressButton(world, asWriter(user), run, identifier),
    setStatus: (
      user: User,
      repository: Repository,
      status: Pick<CommitStatus, "sha" | "state" | "context"> & { description?: string; targetUrl?: string },
    ) => createStatus(world, asWriter(user), repository, { description: null, targetUrl: null, ...status }),
    requestMergeGroup: (user: User, repository: Repository, queued: PullRequest[]) =>
      requestMergeGroup(world, asWriter(user), repository, queued),
    destroyMergeGroup: (user: User, group: MergeGroup, reason: "merged" | "invalidated" | "dequeued") =>
      destroyMergeGroup(world, asWriter(user), repositoryOf(world, group.repoId), group, reason),
  };
}
