// The whole tree of a head as reviewers with commands see it: its limits, what is left out of it, and how it is told that
// somebody changed it, or the repository beside it.
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Checkout } from "../../src/checkouts.ts";
import type { CheckoutLimits } from "../../src/git/classify.ts";
import { type Files, gitHarness, REF } from "../support/git-harness.ts";

const harness = await gitHarness();
const { repo, checkouts } = harness;
afterAll(() => harness.close());

/** The checkout of a change that adds `a`, beside the files of `head`. */
async function withTree(head: Files, limits: Partial<CheckoutLimits> = {}): Promise<Checkout> {
  const baseSha = repo.commit({ "keep.txt": "base\n" });
  const headSha = repo.commit({ "keep.txt": "base\n", a: "1\n", ...head }, [baseSha]);
  return await prepare(baseSha, headSha, limits);
}

async function prepare(baseSha: string, headSha: string, limits: Partial<CheckoutLimits>): Promise<Checkout> {
  repo.setRef("refs/heads/main", baseSha);
  repo.setRef("refs/pull/7/head", headSha);
  const commits = { headSha, baseSha, mergeBaseSha: baseSha, needsTree: true };
  return await checkouts({ limits }).prepare(REF, commits, new AbortController().signal);
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** All names below the tree, sorted; null without a tree. */
function namesIn({ tree }: Checkout): string[] | null {
  if (!tree) return null;
  const found = readdirSync(tree.dir, { recursive: true, withFileTypes: true });
  const files = found
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  return files.map((file) => file.slice(`${tree.dir}/`.length)).toSorted();
}

describe("the tree of the head", () => {
  it("has every file byte for byte, also those that did not change, and nothing else", async () => {
    const bytes = new Uint8Array([0, 255, 13, 10, 128]);
    const checkout = await withTree({ "src/deep/b.bin": bytes, "same.txt": "twice\n", "copy/same.txt": "twice\n" });
    expect(namesIn(checkout)).toEqual(["a", "copy/same.txt", "keep.txt", "same.txt", "src/deep/b.bin"]);
    expect(new Uint8Array(readFileSync(join(checkout.tree?.dir ?? "", "src/deep/b.bin")))).toEqual(bytes);
    expect(readFileSync(join(checkout.tree?.dir ?? "", "copy/same.txt"), "utf8")).toBe("twice\n");
  });

  it("has no links, no submodules, and nothing that may be executed", async () => {
    const checkout = await withTree({
      "link.txt": { mode: "120000", content: "/etc/passwd" },
      up: { mode: "120000", content: "../../.." },
      "vendor/lib": { mode: "160000", content: "1".repeat(40) },
      ".gitmodules": '[submodule "lib"]\n\tpath = vendor/lib\n\turl = file:///etc\n',
      "run.sh": { mode: "100755", content: "#!/bin/sh\n" },
    });
    expect(namesIn(checkout)).toEqual([".gitmodules", "a", "keep.txt", "run.sh"]);
    expect(lstatSync(join(checkout.tree?.dir ?? "", "run.sh")).mode & 0o777).toBe(0o600);
  });

  it("leaves out a file above the size of one, and keeps one that is exactly as large", async () => {
    const checkout = await withTree(
      { "over.txt": "x".repeat(101), "fits.txt": "y".repeat(100) },
      { maxFileBytes: 100 },
    );
    expect(namesIn(checkout)).toEqual(["a", "fits.txt", "keep.txt"]);
  });

  it("stops at the size of all, and goes on with smaller files that fit", async () => {
    const files = { "1.txt": "1".repeat(60), "2.txt": "2".repeat(60), "3.txt": "3".repeat(20) };
    const checkout = await withTree(files, { maxTotalBytes: 90 });
    expect(namesIn(checkout)).toEqual(["1.txt", "3.txt", "a", "keep.txt"]);
  });

  it("is not there when the commit has more than 30,000 files, or more to fetch than may be", async () => {
    // The base has them too: the change itself is small, only the tree is not.
    const blob = repo.git(["hash-object", "-w", "--stdin"], "same\n");
    const tree = (rows: readonly string[]): string => repo.git(["mktree"], rows.map((row) => `${row}\n`).join(""));
    const folder = tree(numbers(300).map((n) => `100644 blob ${blob}\t${n}`));
    const rows = numbers(100).map((n) => `040000 tree ${folder}\td${n}`);
    const base = repo.git(["commit-tree", "-m", "30,000 files", tree(rows)]);
    const head = repo.git(["commit-tree", "-m", "and one", "-p", base, tree([`100644 blob ${blob}\ta`, ...rows])]);
    const tooMany = await prepare(base, head, {});
    const noise = Object.fromEntries(numbers(400).map((n) => [`f/${n}`, randomBytes(1000)]));
    const large = repo.commit(noise);
    const tooLarge = await prepare(large, repo.commit({ ...noise, a: "1\n" }, [large]), { maxFetchBytes: 100_000 });
    expect([tooMany, tooLarge].map(namesIn)).toEqual([null, null]);
    expect([tooMany, tooLarge].map(({ files }) => files.map(({ path }) => path))).toEqual([["a"], ["a"]]);
  });

  it("tells when a file of it was changed, added or taken away, or a ref of the repository was", async () => {
    const checkout = await withTree({ "b.txt": "b\n" });
    const { verify } = checkouts();
    const git = (...args: string[]) => execFileSync("git", ["--git-dir", checkout.gitDir, ...args]);
    expect(await verify(checkout)).toBe(true);
    git("update-ref", "refs/heads/new", checkout.headSha);
    expect(await verify(checkout)).toBe(false);
    git("update-ref", "-d", "refs/heads/new");
    expect(await verify(checkout)).toBe(true);
    git("update-ref", "--no-deref", "HEAD", checkout.mergeBaseSha);
    expect(await verify(checkout)).toBe(false);
    git("update-ref", "--no-deref", "HEAD", checkout.headSha);
    writeFileSync(join(checkout.tree?.dir ?? "", "b.txt"), "c\n");
    expect(await verify(checkout)).toBe(false);
  });
});
