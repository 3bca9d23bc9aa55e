// A server with one repository and the checkouts of Rondo pointed at it, for every test about git.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gitCheckouts, type GitCheckoutsOptions } from "../../src/git/checkout.ts";
import type { Checkout, Checkouts } from "../../src/checkouts.ts";
import type { Log } from "../../src/ports.ts";
import { gitServer, type GitServer } from "./git-server.ts";
import { sampleRepo, type Content, type SampleRepo } from "./sample-repo.ts";

export const TOKEN = "ghs_secret-token-0123456789";
export const REF = { installationId: 1, repoId: 1, owner: "octo", repo: "demo", number: 7 };

const log: Log = { debug() {}, info() {}, warn() {}, error() {} };

export type Files = Readonly<Record<string, Content>>;

export type GitHarness = {
  root: string;
  /** Where checkouts are made. */
  tmp: string;
  repo: SampleRepo;
  server: GitServer;
  checkouts: (change?: Partial<GitCheckoutsOptions>) => Checkouts;
  /** Commits both sides, puts them where a pull request has them, and prepares the change. */
  prepare: (before: Files, after: Files, change?: Partial<GitCheckoutsOptions>) => Promise<Checkout>;
  /** The same for commits that are there already. */
  prepareCommits: (mergeBaseSha: string, headSha: string, change?: Partial<GitCheckoutsOptions>) => Promise<Checkout>;
  close(): Promise<void>;
};

export async function gitHarness(): Promise<GitHarness> {
  const root = mkdtempSync(join(tmpdir(), "rondo-git-test-"));
  mkdirSync(join(root, "octo"));
  const repo = sampleRepo(join(root, "octo", "demo.git"));
  const server = await gitServer(root, TOKEN);
  const tmp = join(root, "work");
  const checkouts: GitHarness["checkouts"] = (change = {}) =>
    gitCheckouts({ tmpDir: tmp, serverUrl: server.url, mintToken: async () => TOKEN, log, ...change });
  const prepareCommits: GitHarness["prepareCommits"] = (mergeBaseSha, headSha, change) => {
    repo.setRef("refs/heads/main", mergeBaseSha);
    repo.setRef("refs/pull/7/head", headSha);
    const commits = { headSha, baseSha: mergeBaseSha, mergeBaseSha };
    return checkouts(change).prepare(REF, commits, new AbortController().signal);
  };
  return {
    root,
    tmp,
    repo,
    server,
    checkouts,
    prepareCommits,
    prepare: async (before, after, change) => {
      const mergeBaseSha = repo.commit(before);
      return prepareCommits(mergeBaseSha, repo.commit(after, [mergeBaseSha]), change);
    },
    close: async () => {
      await server.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** One line a file: status, names, size, and why it is not here. */
export function summary(checkout: Checkout): string[] {
  return checkout.files.map(
    ({ status, path, oldPath, omitted, isBinary, sizeBytes }) =>
      `${status} ${oldPath === null ? "" : `${oldPath} > `}${path} ${isBinary ? "binary " : ""}${sizeBytes} ${omitted ?? "here"}`,
  );
}

/** Names of all files in the checkout folder, whatever their kind. */
export function onDisk(checkout: Checkout): string[] {
  return readdirSync(checkout.checkoutDir, { recursive: true, withFileTypes: true, encoding: "utf8" })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(checkout.checkoutDir.length + 1))
    .sort();
}
