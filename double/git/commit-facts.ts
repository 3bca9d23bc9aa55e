// Facts of single commits (author, message, tree, parents), read in one git process for many and kept: commits never change.
import { runGit } from "./run-git.ts";

/** What a commit object says. */
export interface CommitFacts {
  sha: string;
  treeSha: string;
  parents: string[];
  author: { name: string; email: string; date: Date };
  committer: { name: string; email: string; date: Date };
  message: string;
}

const FORMAT = ["%H", "%T", "%P", "%an", "%ae", "%at", "%cn", "%ce", "%ct", "%B"].join("%x00");

const kept = new Map<string, CommitFacts>();

/** Reads commits in the given order. Throws `GitFailed` when one does not exist. */
export async function readCommits(gitDir: string, shas: readonly string[]): Promise<CommitFacts[]> {
  const missing = shas.filter((sha) => !kept.has(sha));
  if (missing.length > 0) {
    const printed = await runGit(
      gitDir,
      ["log", "--no-walk=unsorted", "--stdin", `--format=${FORMAT}%x1e`],
      missing.join("\n"),
    );
    for (const record of printed.toString("utf8").split("\x1e")) {
      const facts = parseFacts(record.replace(/^\n/, ""));
      if (facts !== undefined) kept.set(facts.sha, facts);
    }
  }
  return shas.map((sha) => {
    const facts = kept.get(sha);
    if (facts === undefined) throw new Error(`git printed nothing for commit ${sha}`);
    return facts;
  });
}

/** One commit, see `readCommits`. */
export async function readCommit(gitDir: string, sha: string): Promise<CommitFacts> {
  const [facts] = await readCommits(gitDir, [sha]);
  if (facts === undefined) throw new Error(`git printed nothing for commit ${sha}`);
  return facts;
}

function parseFacts(record: string): CommitFacts | undefined {
  const [sha, treeSha, parents, authorName, authorEmail, authorTime, name, email, time, message] = record.split("\0");
  if (sha === undefined || treeSha === undefined || message === undefined) return undefined;
  return {
    sha,
    treeSha,
    parents: parents === undefined || parents === "" ? [] : parents.split(" "),
    author: { name: authorName ?? "", email: authorEmail ?? "", date: new Date(Number(authorTime) * 1000) },
    committer: { name: name ?? "", email: email ?? "", date: new Date(Number(time) * 1000) },
    message: message.trimEnd(),
  };
}
