// Pull requests: list, get (JSON, diff, patch), create, update, merge, files, commits.
// https://docs.github.com/en/rest/pulls/pulls
import {
  closePullRequest,
  editPullRequest,
  mergePullRequest,
  openPullRequest,
  reopenPullRequest,
} from "../actions/pull-requests.ts";
import { pullRequestRange } from "../actions/pull-request-range.ts";
import { grants, isCovered } from "../access.ts";
import { ApiError, notAccessible } from "../api-error.ts";
import { readCommits } from "../git/commit-facts.ts";
import { commitsBetween, diffFiles, diffText, patchText } from "../git/diff-files.ts";
import { paged } from "../paginate.ts";
import { presentCommit, presentDiffEntry } from "../present/commits.ts";
import { presentPullRequest, presentPullRequestItem } from "../present/pull-request.ts";
import { needString, optionalString, optionalWord } from "../read-body.ts";
import type { Call, Reply, Route } from "../route.ts";
import { repositoryOf, userOf } from "../world.ts";

const PULL = "/repos/{owner}/{repo}/pulls/{pull_number}";

/** `/repos/{owner}/{repo}/pulls…` without reviews and comments. */
export const pullRoutes: Route[] = [
  { method: "GET", path: "/repos/{owner}/{repo}/pulls", access: ["pull_requests:read"], handle: list },
  {
    method: "POST",
    path: "/repos/{owner}/{repo}/pulls",
    access: ["pull_requests:write"],
    createsContent: true,
    handle: create,
  },
  { method: "GET", path: PULL, access: ["pull_requests:read", "contents:read"], handle: get },
  { method: "PATCH", path: PULL, access: ["pull_requests:write"], handle: update },
  { method: "PUT", path: `${PULL}/merge`, access: ["contents:write"], handle: merge },
  { method: "GET", path: `${PULL}/files`, access: ["pull_requests:read"], handle: listFiles },
  { method: "GET", path: `${PULL}/commits`, access: ["pull_requests:read"], handle: listCommits },
];

function list(call: Call): Promise<Reply> {
  const { world, query, repository } = call;
  const { id } = repository();
  const state = query.get("state") ?? "open";
  const base = query.get("base");
  const head = query.get("head");
  const direction =
    query.get("direction") ?? (query.get("sort") === null || query.get("sort") === "created" ? "desc" : "asc");
  const byUpdate = query.get("sort") === "updated";
  const found = [...world.state.pullRequests.values()]
    .filter((pull) => pull.repoId === id && (state === "all" || pull.state === state))
    .filter((pull) => base === null || pull.baseRef === base)
    .filter((pull) => {
      if (head === null) return true;
      const owner = pull.headRepoId === null ? "" : userOf(world, repositoryOf(world, pull.headRepoId).ownerId).login;
      return head === `${owner}:${pull.headRef}`;
    })
    .sort((left, right) =>
      byUpdate ? left.updatedAt.getTime() - right.updatedAt.getTime() : left.number - right.number,
    );
  return paged(call, direction === "desc" ? found.toReversed() : found, (pull) => presentPullRequestItem(world, pull));
}

async function create(call: Call): Promise<Reply> {
  const { world, body, repository, writer } = call;
  const [owner, branch] = needString(body, "head").includes(":")
    ? needString(body, "head").split(":", 2)
    : [undefined, needString(body, "head")];
  const head = [...world.state.repositories.values()].find(
    (candidate) =>
      userOf(world, candidate.ownerId).login === owner &&
      (candidate.parentId === repository().id || candidate.id === repository().id),
  );
  const text = optionalString(body, "body");
  const pull = await openPullRequest(world, writer(), repository(), {
    title: needString(body, "title"),
    ...(text === undefined ? {} : { body: text }),
    base: needString(body, "base"),
    head: branch ?? "",
    ...(head === undefined ? {} : { headRepository: head }),
    isDraft: body["draft"] === true,
  });
  return { status: 201, body: await presentPullRequest(world, pull) };
}

async function get(call: Call): Promise<Reply> {
  const { world, accept } = call;
  const pull = call.pull();
  const { gitDir } = call.repository();
  if (/\bdiff\b/.test(accept) || /\bpatch\b/.test(accept)) {
    demandContents(call);
    await demandDiffSize(call);
    const { mergeBaseSha } = await pullRequestRange(world, pull);
    const isPatch = /\bpatch\b/.test(accept);
    const content = await (isPatch ? patchText : diffText)(gitDir, mergeBaseSha, pull.headSha);
    return {
      status: 200,
      raw: { contentType: `application/vnd.github.${isPatch ? "patch" : "diff"}; charset=utf-8`, content },
    };
  }
  return { status: 200, body: await presentPullRequest(world, pull) };
}

// The text of a diff needs contents: read as well, https://github.com/probot/probot/issues/1203
function demandContents({ actor, repository }: Call): void {
  const isGranted = actor.kind !== "installation" || grants(actor.token.permissions, "contents:read");
  if (!isGranted && isCovered(actor, repository())) throw notAccessible();
}

// 406 above 300 files or 20,000 lines: https://github.com/google/adk-samples/issues/2536
async function demandDiffSize(call: Call): Promise<void> {
  const pull = call.pull();
  const { mergeBaseSha } = await pullRequestRange(call.world, pull);
  const files = await diffFiles(call.repository().gitDir, mergeBaseSha, pull.headSha);
  const lines = files.reduce((sum, file) => sum + file.additions + file.deletions, 0);
  if (files.length > 300)
    throw tooLarge(
      "number of files (300). Consider using 'List pull requests files' API or locally cloning the repository instead",
    );
  if (lines > 20_000) throw tooLarge("number of lines (20000)");
}

function tooLarge(what: string): ApiError {
  return new ApiError(406, `Sorry, the diff exceeded the maximum ${what}.`, {
    errors: [{ resource: "PullRequest", field: "diff", code: "too_large" }],
  });
}

async function update(call: Call): Promise<Reply> {
  const { world, body } = call;
  const pull = call.pull();
  const writer = call.writer();
  const title = optionalString(body, "title");
  const text = optionalString(body, "body");
  const base = optionalString(body, "base");
  await editPullRequest(world, writer, pull, {
    ...(title === undefined ? {} : { title }),
    ...(text === undefined ? {} : { body: text }),
    ...(base === undefined ? {} : { base }),
  });
  const state = optionalWord(body, "state", ["open", "closed"]);
  if (state === "closed") await closePullRequest(world, writer, pull);
  if (state === "open") await reopenPullRequest(world, writer, pull);
  return { status: 200, body: await presentPullRequest(world, pull) };
}

async function merge(call: Call): Promise<Reply> {
  const pull = call.pull();
  const wanted = optionalString(call.body, "sha");
  if (wanted !== undefined && wanted !== pull.headSha)
    throw new ApiError(409, "Head branch was modified. Review and try the merge again.");
  const sha = await mergePullRequest(call.world, call.writer(), pull);
  return { status: 200, body: { sha, merged: true, message: "Pull Request successfully merged" } };
}

async function listFiles(call: Call): Promise<Reply> {
  const pull = call.pull();
  const repository = call.repository();
  const { mergeBaseSha } = await pullRequestRange(call.world, pull);
  const files = await diffFiles(repository.gitDir, mergeBaseSha, pull.headSha);
  return paged(call, files.slice(0, 3000), (file) => presentDiffEntry(call.world, repository, file, pull.headSha));
}

async function listCommits(call: Call): Promise<Reply> {
  const pull = call.pull();
  const repository = call.repository();
  const { mergeBaseSha } = await pullRequestRange(call.world, pull);
  const shas = (await commitsBetween(repository.gitDir, mergeBaseSha, pull.headSha)).slice(0, 250);
  return paged(call, await readCommits(repository.gitDir, shas), (commit) =>
    presentCommit(call.world, repository, commit),
  );
}
