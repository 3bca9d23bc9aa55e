// The single records of the page tests' world: a person, a repository, a pull request, a check run, an empty state.
import type { CheckRun, PullRequest, Repository, State, User } from "../../double/state.ts";
import { nodeId } from "../../double/world.ts";

/** A fixed time, `minute` minutes into the story. */
export const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 5, 9, minute, 7));

export function user(id: number, login: string, type: User["type"]): User {
  return {
    id,
    nodeId: nodeId("U", id),
    login,
    type,
    name: null,
    email: null,
    appId: type === "Bot" ? 7 : null,
    createdAt: at(0),
  };
}

export function repositoryRecord(gitDir: string, owner: User): Repository {
  const labels = [{ id: 40, nodeId: nodeId("LA", 40), name: "needs review", color: "fbca04", description: null }];
  return {
    id: 10,
    nodeId: nodeId("R", 10),
    ownerId: owner.id,
    name: "shop",
    formerNames: [],
    isPrivate: false,
    isArchived: false,
    defaultBranch: "main",
    description: null,
    parentId: null,
    gitDir,
    roles: new Map(),
    labels,
    protectedBranches: [],
    nextNumber: 7,
    createdAt: at(0),
    updatedAt: at(0),
    pushedAt: at(8),
  };
}

export function pullRecord(headSha: string, baseSha: string, title: string): PullRequest {
  return {
    id: 20,
    nodeId: nodeId("PR", 20),
    issueId: 21,
    repoId: 10,
    number: 6,
    title,
    body: "Loads rows with one query.\n\n- [x] tests\n- [ ] docs",
    authorId: 1,
    state: "open",
    isDraft: false,
    baseRef: "main",
    baseSha,
    headRepoId: 10,
    headRef: "query",
    headSha,
    labelIds: [40],
    isLocked: false,
    lockReason: null,
    maintainerCanModify: false,
    createdAt: at(1),
    updatedAt: at(8),
    closedAt: null,
    mergedAt: null,
    mergedById: null,
    mergeCommitSha: null,
  };
}

export function checkRun(headSha: string): CheckRun {
  const annotations = [
    {
      path: "src/store.ts",
      startLine: 7,
      endLine: 7,
      startColumn: null,
      endColumn: null,
      level: "failure" as const,
      title: "[P2] RD-2 Check the value before it is stored",
      message: "db.put stores whatever it gets.",
      rawDetails: null,
    },
  ];
  const output = {
    title: "1 blocking finding open",
    summary: "Round 2 of 10. **REQUEST_CHANGES**",
    text: "| # | Finding |\n|:--|:--|\n| RD-2 | Check the value |",
  };
  return {
    id: 30,
    nodeId: nodeId("CR", 30),
    repoId: 10,
    suiteId: 31,
    appId: 7,
    name: "Rondo",
    headSha,
    externalId: "k",
    detailsUrl: null,
    status: "completed",
    conclusion: "failure",
    startedAt: at(9),
    completedAt: at(12),
    output,
    annotations,
    actions: [{ label: "Re-review", description: "Start a round on this commit", identifier: "review" }],
  };
}

export function emptyState(bot: User): State {
  const app = {
    id: 7,
    nodeId: nodeId("A", 7),
    slug: "rondo",
    clientId: "Iv1",
    name: "Rondo",
    ownerId: 1,
    botUserId: bot.id,
    publicKeyPems: [],
    permissions: {},
    events: [],
    createdAt: at(0),
  };
  return {
    app,
    users: new Map(),
    repositories: new Map(),
    pullRequests: new Map(),
    issueComments: new Map(),
    reviews: new Map(),
    reviewComments: new Map(),
    threads: new Map(),
    reactions: new Map(),
    checkSuites: new Map(),
    checkRuns: new Map(),
    statuses: new Map(),
    installations: new Map(),
    tokens: new Map(),
    appCodes: new Map(),
    mergeGroups: [],
  };
}
