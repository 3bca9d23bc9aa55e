// Bare repositories: made by hand (four small writes, no process), refs read and moved through git itself.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gitText, runGit, tryGitText, tryUnchangingGitText } from "./run-git.ts";

/** The SHA git uses for "no object": a created or deleted ref. */
export const ZERO_SHA = "0".repeat(40);

/** Creates an empty bare repository whose HEAD names `defaultBranch`. */
export async function createBareRepository(gitDir: string, defaultBranch: string): Promise<void> {
  await mkdir(join(gitDir, "objects", "pack"), { recursive: true });
  await mkdir(join(gitDir, "objects", "info"), { recursive: true });
  await mkdir(join(gitDir, "refs", "heads"), { recursive: true });
  await writeFile(join(gitDir, "HEAD"), `ref: refs/heads/${defaultBranch}\n`);
  await writeFile(join(gitDir, "config"), "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n");
}

/** Copies refs and objects of another repository on this machine (a fork, a fixture with a `.git`). */
export async function fetchInto(gitDir: string, source: string, refspec: string): Promise<void> {
  await runGit(gitDir, ["fetch", "-q", "--no-tags", "--no-write-fetch-head", source, refspec]);
}

/** All refs with their SHAs, by full name. */
export async function readRefs(gitDir: string): Promise<Map<string, string>> {
  const text = await gitText(gitDir, "for-each-ref", "--format=%(refname) %(objectname)");
  const refs = new Map<string, string>();
  for (const line of text.split("\n")) {
    const space = line.indexOf(" ");
    if (space > 0) refs.set(line.slice(0, space), line.slice(space + 1));
  }
  return refs;
}

/** SHA of a full ref name, or undefined. */
export async function readRef(gitDir: string, ref: string): Promise<string | undefined> {
  // Most refs lie in a file of their own, which is read faster than git starts: https://git-scm.com/docs/gitrepository-layout
  const loose = ref.includes("..") ? "" : await readFile(join(gitDir, ref), "utf8").catch(() => "");
  if (/^[0-9a-f]{40}\n$/.test(loose)) return loose.trim();
  return await tryGitText(gitDir, "rev-parse", "--verify", "--quiet", ref);
}

/** Tip of a branch, or undefined when it does not exist. */
export function branchTip(gitDir: string, branch: string): Promise<string | undefined> {
  return readRef(gitDir, `refs/heads/${branch}`);
}

/** Moves or creates a ref; `ZERO_SHA` deletes it. */
export async function moveRef(gitDir: string, ref: string, sha: string): Promise<void> {
  await runGit(gitDir, sha === ZERO_SHA ? ["update-ref", "-d", ref] : ["update-ref", ref, sha]);
}

/**
 * Resolves what REST calls a ref: a full SHA, an abbreviated SHA, a branch, a tag, `heads/…`, `tags/…` or `pull/N/head`.
 * Returns the commit's SHA, or undefined.
 */
export async function resolveCommit(gitDir: string, ref: string): Promise<string | undefined> {
  if (ref === "" || ref.startsWith("-")) return undefined;
  if (/^[0-9a-f]{40}$/.test(ref)) {
    return await tryUnchangingGitText(gitDir, "rev-parse", "--verify", "--quiet", `${ref}^{commit}`);
  }
  const candidates = [`refs/heads/${ref}`, `refs/tags/${ref}`, `refs/${ref}`, ref];
  for (const candidate of candidates) {
    const sha = await tryGitText(gitDir, "rev-parse", "--verify", "--quiet", `${candidate}^{commit}`);
    if (sha !== undefined) return sha;
  }
  return undefined;
}
