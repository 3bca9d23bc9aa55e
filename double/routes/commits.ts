// Commits, branches, refs and compare. https://docs.github.com/en/rest/commits/commits
import { ApiError, notFound } from "../api-error.ts";
import { branchTip, readRef, resolveCommit } from "../git/bare-repository.ts";
import { readCommit, readCommits } from "../git/commit-facts.ts";
import { commitsBetween, diffFiles, diffText, mergeBase, patchText } from "../git/diff-files.ts";
import { gitText } from "../git/run-git.ts";
import { linkHeader, pageOf } from "../paginate.ts";
import { presentCommit, presentDiffEntry, presentGitRef } from "../present/commits.ts";
import type { Call, Reply, Route } from "../route.ts";
import type { Repository } from "../state.ts";
import { apiUrl, fullName, userOf } from "../world.ts";
import type { World } from "../world.ts";

/** `/commits`, `/branches`, `/git/ref`, `/compare`. */
export const commitRoutes: Route[] = [
  { method: "GET", path: "/repos/{owner}/{repo}/commits", access: ["contents:read"], handle: listCommits },
  { method: "GET", path: "/repos/{owner}/{repo}/commits/{ref}", access: ["contents:read"], handle: getCommit },
  { method: "GET", path: "/repos/{owner}/{repo}/branches/{branch}", access: ["contents:read"], handle: getBranch },
  { method: "GET", path: "/repos/{owner}/{repo}/git/ref/{ref}", access: ["contents:read"], handle: getRef },
  { method: "GET", path: "/repos/{owner}/{repo}/compare/{basehead}", access: ["contents:read"], handle: compare },
];

async function listCommits(call: Call): Promise<Reply> {
  const repository = call.repository();
  const sha = await resolveCommit(repository.gitDir, call.query.get("sha") ?? repository.defaultBranch);
  if (sha === undefined) throw new ApiError(409, "Git Repository is empty.");
  const path = call.query.get("path");
  const printed = await gitText(repository.gitDir, "rev-list", sha, ...(path === null ? [] : ["--", path]));
  const { page, perPage } = pageOf(call);
  const shas = printed.split("\n").filter(Boolean);
  const facts = await readCommits(repository.gitDir, shas.slice((page - 1) * perPage, page * perPage));
  const link = linkHeader(call, page, Math.max(1, Math.ceil(shas.length / perPage)));
  return {
    status: 200,
    body: facts.map((commit) => presentCommit(call.world, repository, commit)),
    headers: link === "" ? {} : { link },
  };
}

async function getCommit(call: Call): Promise<Reply> {
  const repository = call.repository();
  const ref = call.params["ref"] ?? "";
  const sha = await resolveCommit(repository.gitDir, ref);
  if (sha === undefined) throw new ApiError(422, `No commit found for SHA: ${ref}`);
  if (/\bsha\b/.test(call.accept)) {
    return { status: 200, raw: { contentType: "application/vnd.github.sha; charset=utf-8", content: sha } };
  }
  const commit = await readCommit(repository.gitDir, sha);
  const [parent] = commit.parents;
  // A root commit is compared with git's well-known empty tree.
  const files = await diffFiles(repository.gitDir, parent ?? "4b825dc642cb6eb9a060e54bf8d69288fbee4904", sha);
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return {
    status: 200,
    body: {
      ...presentCommit(call.world, repository, commit),
      stats: { total: additions + deletions, additions, deletions },
      files: files.slice(0, 300).map((file) => presentDiffEntry(call.world, repository, file, sha)),
    },
  };
}

async function getBranch(call: Call): Promise<Reply> {
  const repository = call.repository();
  const name = call.params["branch"] ?? "";
  const sha = await branchTip(repository.gitDir, name);
  if (sha === undefined) throw new ApiError(404, "Branch not found");
  const repo = `${apiUrl(call.world)}/repos/${fullName(call.world, repository)}`;
  const self = `${repo}/branches/${name}`;
  return {
    status: 200,
    body: {
      name,
      commit: presentCommit(call.world, repository, await readCommit(repository.gitDir, sha)),
      _links: { self, html: `${call.world.url}/${fullName(call.world, repository)}/tree/${name}` },
      protected: repository.protectedBranches.includes(name),
      protection: { enabled: repository.protectedBranches.includes(name) },
      protection_url: `${self}/protection`,
    },
  };
}

async function getRef(call: Call): Promise<Reply> {
  const repository = call.repository();
  const ref = `refs/${call.params["ref"] ?? ""}`;
  const sha = await readRef(repository.gitDir, ref);
  if (sha === undefined) throw notFound();
  return { status: 200, body: presentGitRef(call.world, repository, ref, sha) };
}

// `BASE...HEAD`, each end a ref of this repository or `OWNER:ref` of a fork (whose heads are here as pull request refs).
async function compare(call: Call): Promise<Reply> {
  const repository = call.repository();
  const { gitDir } = repository;
  const [baseName = "", headName = ""] = (call.params["basehead"] ?? "").split("...", 2);
  const [base, head] = await Promise.all([
    resolveEnd(call.world, repository, baseName),
    resolveEnd(call.world, repository, headName),
  ]);
  if (base === undefined || head === undefined) throw notFound();
  const common = await mergeBase(gitDir, base, head);
  if (common === undefined) throw new ApiError(404, `No common ancestor between ${baseName} and ${headName}.`);
  if (/\bdiff\b/.test(call.accept)) return asText("diff", await diffText(gitDir, common, head));
  if (/\bpatch\b/.test(call.accept)) return asText("patch", await patchText(gitDir, common, head));
  const [ahead, behind] = await Promise.all([commitsBetween(gitDir, base, head), commitsBetween(gitDir, head, base)]);
  const { page, perPage } = pageOf(call);
  // Unpaged: at most 250 commits; files stand on the first page only, at most 300.
  const isPaged = call.query.has("page") || call.query.has("per_page");
  const shown = isPaged ? ahead.slice((page - 1) * perPage, page * perPage) : ahead.slice(0, 250);
  const link = isPaged ? linkHeader(call, page, Math.max(1, Math.ceil(ahead.length / perPage))) : "";
  const files = page === 1 ? (await diffFiles(gitDir, common, head)).slice(0, 300) : [];
  const [baseCommit, commonCommit] = await readCommits(gitDir, [base, common]);
  const commits = await readCommits(gitDir, shown);
  const present = (commit: (typeof commits)[number]): unknown => presentCommit(call.world, repository, commit);
  const name = fullName(call.world, repository);
  const html = `${call.world.url}/${name}/compare/${baseName}...${headName}`;
  return {
    status: 200,
    headers: link === "" ? {} : { link },
    body: {
      url: `${apiUrl(call.world)}/repos/${name}/compare/${baseName}...${headName}`,
      html_url: html,
      permalink_url: `${call.world.url}/${name}/compare/${base.slice(0, 7)}...${head.slice(0, 7)}`,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: baseCommit === undefined ? null : present(baseCommit),
      merge_base_commit: commonCommit === undefined ? null : present(commonCommit),
      status: compareStatus(ahead.length, behind.length),
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      commits: commits.map(present),
      files: files.map((file) => presentDiffEntry(call.world, repository, file, head)),
    },
  };
}

function asText(kind: "diff" | "patch", content: string): Reply {
  return { status: 200, raw: { contentType: `application/vnd.github.${kind}; charset=utf-8`, content } };
}

function compareStatus(ahead: number, behind: number): string {
  if (ahead > 0) return behind > 0 ? "diverged" : "ahead";
  return behind > 0 ? "behind" : "identical";
}

async function resolveEnd(world: World, repository: Repository, name: string): Promise<string | undefined> {
  const colon = name.indexOf(":");
  if (colon < 0) return resolveCommit(repository.gitDir, name);
  const [owner, ref] = [name.slice(0, colon), name.slice(colon + 1)];
  const other = [...world.state.repositories.values()].find(
    (candidate) =>
      userOf(world, candidate.ownerId).login.toLowerCase() === owner.toLowerCase() &&
      (candidate.id === repository.id || candidate.parentId === repository.id),
  );
  return other === undefined ? undefined : resolveCommit(other.gitDir, ref);
}
