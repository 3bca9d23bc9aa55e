// A small world with fixed ids, times and commits: one pull request in its second round. Built by hand from records, so
// that the page tests depend on the state's shape and on git, and on nothing else of the double.
import { join } from "node:path";
import { createBareRepository, moveRef } from "../../double/git/bare-repository.ts";
import { createRandom } from "../../double/random.ts";
import { writeCommit, type CommitDraft } from "../../double/git/write-commit.ts";
import type { CheckRun, PullRequest, ReviewComment, State } from "../../double/state.ts";
import { at, checkRun, emptyState, pullRecord, repositoryRecord, user } from "./page-records.ts";
import { nodeId, type RecordedHappening, type World } from "../../double/world.ts";

const NO_DELIVERIES: World["deliveries"] = {
  target: { url: null, secret: "" },
  records: [],
  send: () => {},
  script: () => {},
  release: () => {},
  redeliver: () => Promise.reject(new Error("this world sends no webhooks")),
  settled: () => Promise.resolve(),
  stop: () => {},
};

export type PageWorld = { world: World; pull: PullRequest; run: CheckRun };

const OLD_CODE = `export function load(id: string) {\n  const row = db.get(id);\n  return row.value;\n}\n`;
const FIRST_CODE = `export function load(id: string) {\n  const row = db.query("select * from t where id = " + id);\n  return row.value;\n}\n\nexport function save(id: string, value: string) {\n  db.put(id, value);\n}\n`;
const SECOND_CODE = FIRST_CODE.replace(`"select * from t where id = " + id`, `"select * from t where id = ?", [id]`);

/** Creates the git repository below `dir` and everything that stands on the pull request. */
export async function createPageWorld(
  dir: string,
  parts: { comment?: string; title?: string } = {},
): Promise<PageWorld> {
  const gitDir = join(dir, "shop.git");
  await createBareRepository(gitDir, "main");
  const author = { name: "Ada", email: "ada@example.com" };
  const commit = (draft: Pick<CommitDraft, "branch" | "parent" | "message" | "date">, code: string) =>
    writeCommit(gitDir, { ...draft, author, files: { "src/store.ts": code } });
  const base = await commit({ branch: "main", parent: undefined, message: "Start the shop", date: at(0) }, OLD_CODE);
  const first = await commit({ branch: "query", parent: base, message: "Read rows by query", date: at(1) }, FIRST_CODE);
  const second = await commit(
    { branch: "query", parent: first, message: "Bind the id as a parameter", date: at(8) },
    SECOND_CODE,
  );
  await moveRef(gitDir, "refs/pull/6/head", second);

  const ada = user(1, "ada", "User");
  const bot = user(2, "rondo[bot]", "Bot");
  const repository = repositoryRecord(gitDir, ada);
  const pull = pullRecord(second, base, parts.title ?? "Read rows by query");
  const run = checkRun(second);
  const state = emptyState(bot);
  for (const one of [ada, bot]) state.users.set(one.id, one);
  state.repositories.set(repository.id, repository);
  state.pullRequests.set(pull.id, pull);
  state.checkRuns.set(run.id, run);
  addConversation(state, { first, second }, parts.comment);

  let nextId = 1000;
  const world: World = {
    state,
    url: "http://127.0.0.1:1",
    dataDir: dir,
    happenings: [],
    deliveries: NO_DELIVERIES,
    now: () => at(30),
    newId: () => (nextId += 1),
    emit: (happening) => {
      world.happenings.push({ at: at(30), happening });
      return Promise.resolve();
    },
    alone: (_, work) => work(),
    random: createRandom(1),
  };
  const record = (minute: number, action: string, payload: Record<string, unknown>): RecordedHappening => ({
    at: at(minute),
    happening: { event: "pull_request", action, repository, sender: ada, payload: { number: 6, ...payload } },
  });
  world.happenings.push(
    record(2, "labeled", { label: { name: "needs review" } }),
    record(8, "synchronize", { before: first, after: second }),
  );
  return { world, pull, run };
}

function addConversation(
  state: State,
  { first, second }: { first: string; second: string },
  comment: string | undefined,
): void {
  const shared = { repoId: 10, number: 6, authorId: 2, viaAppId: 7, minimizedReason: null };
  const issueComment = (id: number, minute: number, body: string, more = {}) =>
    state.issueComments.set(id, {
      ...shared,
      id,
      nodeId: nodeId("IC", id),
      body,
      createdAt: at(minute),
      updatedAt: at(minute),
      ...more,
    });
  issueComment(50, 2, "Draft detected, nothing to do.", { minimizedReason: "OUTDATED" });
  issueComment(51, 3, KICKOFF(1, first));
  issueComment(53, 9, KICKOFF(2, second));
  issueComment(
    54,
    12,
    comment ?? "## Codex Review -- Round 2 -- RESULT\n\nPR: #6\nDetected verdict: REQUEST_CHANGES\n",
  );
  issueComment(55, 14, "@rondo dispute RD-2: the writer is trusted.", { authorId: 1, viaAppId: null });
  const review = (id: number, sha: string, minute: number, body: string) =>
    state.reviews.set(id, {
      ...shared,
      id,
      nodeId: nodeId("PRR", id),
      body,
      state: "COMMENTED",
      commitSha: sha,
      createdAt: at(minute),
      submittedAt: at(minute),
      updatedAt: at(minute),
    });
  review(
    60,
    first,
    5,
    "### 💡 Codex Review\n\nThe query is built from user input.\n\nFindings: 1 blocking, 0 advisory.",
  );
  review(61, second, 12, "### 💡 Codex Review\n\nFindings: 1 blocking, 0 advisory.");
  review(62, second, 13, "");
  state.threads.set(70, {
    id: 70,
    nodeId: nodeId("PRRT", 70),
    repoId: 10,
    number: 6,
    isResolved: true,
    resolvedById: 1,
  });
  state.threads.set(71, {
    id: 71,
    nodeId: nodeId("PRRT", 71),
    repoId: 10,
    number: 6,
    isResolved: false,
    resolvedById: null,
  });
  const remark = (id: number, threadId: number, more: Partial<ReviewComment>): void => {
    const anchor = { line: 2, startLine: null, position: 3 };
    const base: ReviewComment = {
      ...shared,
      id,
      nodeId: nodeId("PRRC", id),
      threadId,
      reviewId: 60,
      inReplyToId: null,
      body: "",
      path: "src/store.ts",
      side: "RIGHT",
      startSide: null,
      subjectType: "line",
      current: anchor,
      original: anchor,
      commitSha: second,
      originalCommitSha: first,
      diffHunk: HUNK,
      createdAt: at(5),
      updatedAt: at(5),
    };
    state.reviewComments.set(id, { ...base, ...more });
  };
  remark(80, 70, {
    body: finding("P1", "red", "RD-1: bind the id instead of joining it into the statement"),
    current: { line: null, startLine: null, position: null },
  });
  remark(81, 70, {
    body: "Fixed by binding it.",
    authorId: 1,
    viaAppId: null,
    inReplyToId: 80,
    reviewId: 62,
    createdAt: at(8),
  });
  remark(82, 71, {
    reviewId: 61,
    body: finding("P2", "yellow", "RD-2: check the value before it is stored"),
    diffHunk: HUNK_2,
    current: { line: 7, startLine: null, position: 9 },
    original: { line: 7, startLine: null, position: 9 },
    createdAt: at(12),
  });
  state.reactions.set(90, {
    id: 90,
    nodeId: nodeId("REA", 90),
    subject: { kind: "issueComment", id: 55 },
    userId: 2,
    content: "+1",
    createdAt: at(14),
  });
}

const HUNK = `@@ -1,4 +1,8 @@\n export function load(id: string) {\n-  const row = db.get(id);\n+  const row = db.query("select * from t where id = " + id);`;
const HUNK_2 = `${HUNK}\n   return row.value;\n }\n+\n+export function save(id: string, value: string) {\n+  db.put(id, value);`;

function KICKOFF(round: number, sha: string): string {
  return `## Codex Review -- Round ${round} -- KICKOFF\n\nRunner: rondo 0.1.0 (codex)\nPR: #6\nHead SHA: ${sha}\n\n### Prompt sent to codex review\n\n\`\`\`text\nReview pull request shop#6 at commit ${sha}.\n\`\`\`\n\n<!-- rondo:kickoff:ada/shop#6:r${round}.1:${sha} -->`;
}

function finding(tag: string, colour: string, title: string): string {
  return `**<sub><sub>![${tag} Badge](https://img.shields.io/badge/${tag}-${colour}?style=flat)</sub></sub>  [${tag}] ${title}**\n\nAny caller can pass text that ends the statement.\n\nUseful? React with 👍 / 👎.`;
}
