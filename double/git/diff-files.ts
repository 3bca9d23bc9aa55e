// The changed files between two commits, from real git: what "list pull request files" and compare show, and what
// review comments may stand on. Commits never change, so results are kept per pair.
import { runGit, tryUnchangingGitText, unchangingGitText } from "./run-git.ts";

/** One changed file of a diff. */
export interface FileDiff {
  /** New path; the old one for removed files. */
  path: string;
  /** Old path of a rename or copy, else null. */
  previousPath: string | null;
  status: "added" | "removed" | "modified" | "renamed" | "copied" | "changed";
  /** Blob SHA of the new side (of the old side for removed files). */
  blobSha: string;
  additions: number;
  deletions: number;
  /** Hunks from the first `@@` on, without a final newline. Null: binary, huge, or nothing but mode or name changed. */
  patch: string | null;
  /** True when a patch exists but is over GitHub's limits. */
  isTooLarge: boolean;
}

// https://docs.github.com/en/repositories/creating-and-managing-repositories/repository-limits
const FILE_LINE_LIMIT = 20_000;
const FILE_BYTE_LIMIT = 500 * 1024;
const TOTAL_LINE_LIMIT = 20_000;
const TOTAL_BYTE_LIMIT = 1024 * 1024;

const kept = new Map<string, Promise<FileDiff[]>>();

/** Changed files from `baseSha` to `headSha` (two dots; pass the merge base for a pull request), in path order. */
export function diffFiles(gitDir: string, baseSha: string, headSha: string): Promise<FileDiff[]> {
  const key = `${gitDir}\n${baseSha}\n${headSha}`;
  let files = kept.get(key);
  if (files === undefined) {
    files = readDiff(gitDir, baseSha, headSha);
    if (kept.size > 500) kept.clear();
    kept.set(key, files);
    files.catch(() => kept.delete(key));
  }
  return files;
}

/** Merge base of two commits; undefined for unrelated histories. */
export function mergeBase(gitDir: string, left: string, right: string): Promise<string | undefined> {
  return tryUnchangingGitText(gitDir, "merge-base", left, right);
}

/** The whole diff as text, as the `diff` media type gives it. */
export async function diffText(gitDir: string, baseSha: string, headSha: string): Promise<string> {
  return (
    await runGit(gitDir, ["diff", "-M", "--no-ext-diff", "--no-textconv", "--no-color", baseSha, headSha])
  ).toString("utf8");
}

/** `git format-patch` of the commits, as the `patch` media type gives it. */
export async function patchText(gitDir: string, baseSha: string, headSha: string): Promise<string> {
  return (await runGit(gitDir, ["format-patch", "--stdout", "--no-signature", `${baseSha}..${headSha}`])).toString(
    "utf8",
  );
}

/** Commit SHAs reachable from `headSha` and not from `baseSha`, oldest first. */
export async function commitsBetween(gitDir: string, baseSha: string, headSha: string): Promise<string[]> {
  const text = await unchangingGitText(gitDir, "rev-list", "--reverse", "--topo-order", `${baseSha}..${headSha}`);
  return text === "" ? [] : text.split("\n");
}

async function readDiff(gitDir: string, baseSha: string, headSha: string): Promise<FileDiff[]> {
  const options = ["-M", "--no-ext-diff", "--no-textconv", "--no-color"];
  const [raw, patch] = await Promise.all([
    runGit(gitDir, ["diff", ...options, "--raw", "--numstat", "--abbrev=40", "-z", baseSha, headSha]),
    runGit(gitDir, ["diff", ...options, baseSha, headSha]),
  ]);
  const files = parseRaw(raw.toString("utf8"));
  const patches = splitPatch(patch.toString("utf8"));
  let totalLines = 0;
  let totalBytes = 0;
  files.forEach((file, index) => {
    const text = patches[index];
    if (text === undefined || text === null) return;
    const lines = text.split("\n").length;
    totalLines += lines;
    totalBytes += text.length;
    file.isTooLarge =
      lines > FILE_LINE_LIMIT ||
      text.length > FILE_BYTE_LIMIT ||
      totalLines > TOTAL_LINE_LIMIT ||
      totalBytes > TOTAL_BYTE_LIMIT;
    file.patch = file.isTooLarge ? null : text;
  });
  return files;
}

// `--raw -z` entries first (":modes shas status NUL path NUL [path NUL]"), then the `--numstat -z` ones in the same order.
function parseRaw(text: string): FileDiff[] {
  const tokens = text.split("\0");
  const files: FileDiff[] = [];
  let at = 0;
  while (tokens[at]?.startsWith(":") === true) {
    const [, , oldSha = "", newSha = "", letter = "M"] = (tokens[at] ?? "").split(" ");
    const isMove = letter.startsWith("R") || letter.startsWith("C");
    const first = tokens[at + 1] ?? "";
    const path = isMove ? (tokens[at + 2] ?? "") : first;
    files.push({
      path,
      previousPath: isMove ? first : null,
      status: statusWord(letter),
      blobSha: letter === "D" ? oldSha : newSha,
      additions: 0,
      deletions: 0,
      patch: null,
      isTooLarge: false,
    });
    at += isMove ? 3 : 2;
  }
  for (const file of files) {
    const [added = "0", removed = "0", path = ""] = (tokens[at] ?? "").split("\t");
    file.additions = Number.parseInt(added, 10) || 0;
    file.deletions = Number.parseInt(removed, 10) || 0;
    at += path === "" ? 3 : 1;
  }
  return files;
}

function statusWord(letter: string): FileDiff["status"] {
  const words: Record<string, FileDiff["status"]> = {
    A: "added",
    D: "removed",
    R: "renamed",
    C: "copied",
    T: "changed",
  };
  return words[letter.charAt(0)] ?? "modified";
}

// One entry per "diff --git", null where no hunk follows (binary, mode change, pure rename).
function splitPatch(text: string): (string | null)[] {
  return text
    .split(/^(?=diff --git )/m)
    .filter((part) => part.startsWith("diff --git "))
    .map((part) => {
      const start = part.search(/^@@ /m);
      return start < 0 ? null : part.slice(start).replace(/\n$/, "");
    });
}
