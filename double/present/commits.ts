// Commits, branches, refs, compared files and contents as REST shows them.
import { apiUrl, findUserByEmail, fullName, isoTime } from "../world.ts";
import type { World } from "../world.ts";
import type { Repository } from "../state.ts";
import type { CommitFacts } from "../git/commit-facts.ts";
import type { FileDiff } from "../git/diff-files.ts";
import { presentUser } from "./user.ts";

/** Schema `commit`. */
export function presentCommit(world: World, repository: Repository, commit: CommitFacts): Record<string, unknown> {
  const repo = `${apiUrl(world)}/repos/${fullName(world, repository)}`;
  const html = `${world.url}/${fullName(world, repository)}/commit`;
  const account = (email: string): Record<string, unknown> | null => {
    const user = findUserByEmail(world, email);
    return user === undefined ? null : presentUser(world, user);
  };
  return {
    sha: commit.sha,
    node_id: `C_${commit.sha}`,
    commit: {
      author: signature(commit.author),
      committer: signature(commit.committer),
      message: commit.message,
      tree: { sha: commit.treeSha, url: `${repo}/git/trees/${commit.treeSha}` },
      url: `${repo}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: { verified: false, reason: "unsigned", signature: null, payload: null, verified_at: null },
    },
    url: `${repo}/commits/${commit.sha}`,
    html_url: `${html}/${commit.sha}`,
    comments_url: `${repo}/commits/${commit.sha}/comments`,
    author: account(commit.author.email),
    committer: account(commit.committer.email),
    parents: commit.parents.map((sha) => ({ sha, url: `${repo}/commits/${sha}`, html_url: `${html}/${sha}` })),
  };
}

/** Schema `simple-commit`: check suites and `merge_group` carry it. */
export function presentSimpleCommit(commit: CommitFacts): Record<string, unknown> {
  return {
    id: commit.sha,
    tree_id: commit.treeSha,
    message: commit.message,
    timestamp: isoTime(commit.author.date),
    author: { name: commit.author.name, email: commit.author.email },
    committer: { name: commit.committer.name, email: commit.committer.email },
  };
}

/** Schema `diff-entry`. `patch` is left out for binary and huge files, as GitHub does. */
export function presentDiffEntry(
  world: World,
  repository: Repository,
  file: FileDiff,
  headSha: string,
): Record<string, unknown> {
  const name = fullName(world, repository);
  const path = file.path.split("/").map(encodeURIComponent).join("/");
  return {
    sha: file.blobSha,
    filename: file.path,
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${world.url}/${name}/blob/${headSha}/${path}`,
    raw_url: `${world.url}/${name}/raw/${headSha}/${path}`,
    contents_url: `${apiUrl(world)}/repos/${name}/contents/${path}?ref=${headSha}`,
    ...(file.patch === null ? {} : { patch: file.patch }),
    ...(file.previousPath === null ? {} : { previous_filename: file.previousPath }),
  };
}

/** Schema `git-ref`. */
export function presentGitRef(world: World, repository: Repository, ref: string, sha: string): Record<string, unknown> {
  const repo = `${apiUrl(world)}/repos/${fullName(world, repository)}`;
  return {
    ref,
    node_id: `REF_${Buffer.from(`${repository.id}:${ref}`).toString("base64url")}`,
    url: `${repo}/git/${ref}`,
    object: { type: "commit", sha, url: `${repo}/git/commits/${sha}` },
  };
}

function signature(who: CommitFacts["author"]): Record<string, unknown> {
  return { name: who.name, email: who.email, date: isoTime(who.date) };
}
