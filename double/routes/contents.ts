// File contents at a ref. https://docs.github.com/en/rest/repos/contents
import { notFound, ApiError } from "../api-error.ts";
import { resolveCommit } from "../git/bare-repository.ts";
import { runGit, gitText } from "../git/run-git.ts";
import type { Call, Reply, Route } from "../route.ts";
import { apiUrl, fullName } from "../world.ts";

/** `/contents/{path}`: a file, a folder, a symlink or a submodule. */
export const contentRoutes: Route[] = [
  { method: "GET", path: "/repos/{owner}/{repo}/contents/{path}", access: ["contents:read"], handle: getContents },
  { method: "GET", path: "/repos/{owner}/{repo}/contents/", access: ["contents:read"], handle: getContents },
];

interface TreeEntry {
  mode: string;
  sha: string;
  size: number;
  path: string;
}

async function getContents(call: Call): Promise<Reply> {
  const repository = call.repository();
  const ref = call.query.get("ref") ?? repository.defaultBranch;
  const path = (call.params["path"] ?? "").replace(/\/$/, "");
  const commit = await resolveCommit(repository.gitDir, ref);
  if (commit === undefined) throw new ApiError(404, `No commit found for the ref ${ref}`);
  const [entry] = path === "" ? [] : await listTree(repository.gitDir, commit, path);
  if (path !== "" && entry?.path !== path) throw notFound();
  if (entry === undefined || entry.mode.startsWith("04")) {
    const entries = await listTree(repository.gitDir, commit, path === "" ? "." : `${path}/`);
    return { status: 200, body: entries.map((child) => presentEntry(call, child, ref)) };
  }
  if (entry.mode === "160000")
    return { status: 200, body: { ...presentEntry(call, entry, ref), submodule_git_url: "" } };
  const bytes = await runGit(repository.gitDir, ["cat-file", "blob", entry.sha]);
  if (/\braw\b/.test(call.accept)) {
    return { status: 200, raw: { contentType: "application/vnd.github.raw+json; charset=utf-8", content: bytes } };
  }
  const shown = presentEntry(call, entry, ref);
  if (entry.mode === "120000") return { status: 200, body: { ...shown, target: bytes.toString("utf8") } };
  // Above 1 MB the JSON form has no content: encoding "none".
  const isInline = bytes.length <= 1024 * 1024;
  const content = isInline ? `${bytes.toString("base64").replace(/(.{60})/g, "$1\n")}\n` : "";
  return { status: 200, body: { ...shown, content, encoding: isInline ? "base64" : "none" } };
}

async function listTree(gitDir: string, commit: string, path: string): Promise<TreeEntry[]> {
  const printed = await gitText(gitDir, "ls-tree", "-l", "-z", "--full-tree", commit, "--", path);
  return printed
    .split("\0")
    .filter(Boolean)
    .map((row) => {
      const tab = row.indexOf("\t");
      const [mode = "", , sha = "", size = "-"] = row.slice(0, tab).split(/\s+/);
      return { mode, sha, size: Number.parseInt(size, 10) || 0, path: row.slice(tab + 1) };
    });
}

function presentEntry(call: Call, entry: TreeEntry, ref: string): Record<string, unknown> {
  const name = fullName(call.world, call.repository());
  const path = entry.path.split("/").map(encodeURIComponent).join("/");
  const isFolder = entry.mode.startsWith("04");
  const types: Record<string, string> = { "120000": "symlink", "160000": "submodule" };
  const url = `${apiUrl(call.world)}/repos/${name}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${apiUrl(call.world)}/repos/${name}/git/${isFolder ? "trees" : "blobs"}/${entry.sha}`;
  const html = `${call.world.url}/${name}/${isFolder ? "tree" : "blob"}/${ref}/${path}`;
  return {
    name: entry.path.split("/").at(-1) ?? entry.path,
    path: entry.path,
    sha: entry.sha,
    size: entry.size,
    url,
    html_url: html,
    git_url: git,
    download_url: isFolder ? null : `${call.world.url}/${name}/raw/${ref}/${path}`,
    type: isFolder ? "dir" : (types[entry.mode] ?? "file"),
    _links: { self: url, git, html },
  };
}
