// Changes that are not a few lines of text: nothing at all, bytes, submodules, far too much, a history that does not
// meet. The pull request always says what was not looked at, and READY is never given for what nobody read.
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { PullRequest, Repository } from "../../double/state.ts";
import type { Story } from "../support/story.ts";
import { useStory } from "../support/use-story.ts";
import { dividedPeriods } from "../torture/divided-periods.ts";

const stage = useStory({
  // A 404 is believed after the stale reads: half a minute in production.
  serverConfig: dividedPeriods(1, { stale_read_ms: [20, 100, 300] }),
});

const CLEAN = { "a.ts": "export const a = 1;\n" };

describe("a change", () => {
  it.concurrent("that changes nothing is READY with nothing to review", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), { "README.md": "# Sample\n" });
    await story.settled(pull, "READY", 1);
    const page = story.page(pull);
    expect(page.own[0]?.body).toContain("Nothing to review: the diff is empty.");
    expect(page.check?.conclusion).toBe("success");
    expect(await story.reviewers(pull)).toEqual([]);
  });

  it.concurrent("of nothing but bytes is listed as not reviewed", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), { "logo.png": Buffer.from([0x89, 0x50, 0, 1, 2, 255, 0]) });
    await story.settled(pull, "READY", 1);
    const page = story.page(pull);
    expect(page.own[0]?.body).toContain("### Not reviewed (1)");
    expect(page.own[0]?.body).toContain("- `logo.png`: binary");
    expect(page.own[0]?.body).toContain("nothing to review");
    expect(page.check?.conclusion).toBe("success");
  });

  it.concurrent("of nothing but a submodule is listed as not reviewed", async () => {
    const story = stage();
    const repo = await story.repository();
    const pull = await openCommit(story, repo, commitOf(repo, `160000 commit ${"1".repeat(40)}\tvendor/lib\n`));
    await story.settled(pull, "READY", 1);
    expect(story.page(pull).own[0]?.body).toMatch(/- `vendor\/lib`: submodule/);
  });

  it.concurrent("with a line of 10 MB is not READY, and says which file nobody read", async () => {
    const story = stage();
    const pull = await story.open(await story.repository(), { ...CLEAN, "dump.json": `"${"x".repeat(10_000_000)}"\n` });
    const record = await story.settled(pull, "OWNER_ACTION", 1);
    expect(record.reason).toBe("unknown_verdict");
    const page = story.page(pull);
    expect(page.own[0]?.body).toContain("- `dump.json`: too large");
    expect(page.own[0]?.body).toContain("READY is withheld");
    expect(page.check).toMatchObject({ status: "completed", conclusion: "action_required" });
    expect(page.titles.join()).toContain("incomplete: 1 changed file was not read");
  });

  it.concurrent("without a common commit with its base says so, and what to do", async () => {
    const story = stage();
    const repo = await story.repository();
    const orphan = commitOf(repo, `100644 blob ${blobOf(repo, "export {};\n")}\ta.ts\n`, []);
    const pull = await openCommit(story, repo, orphan);
    await story.settled(pull, "OWNER_ACTION");
    const page = story.page(pull);
    expect(page.titles.join()).toMatch(/no_merge_base: main and the head have no common commit; rebase the branch/);
    expect(page.check).toMatchObject({ status: "completed", conclusion: "action_required" });
    expect(page.reactions).toEqual([]);
  });
});

describe("while a round runs", () => {
  it.concurrent("its repository may be renamed", async () => {
    const story = stage();
    const repo = await story.repository();
    const pull = await story.open(repo, { "a.ts": "// DO: nap\n" });
    await story.atWork(pull);
    await story.double.renameRepository(story.owner, repo, `${repo.name}-renamed`);
    await story.settled(pull, "READY", 1);
    await story.push(pull, { "a.ts": "// BUG(P1): Add two\n" });
    await story.settled(pull, "OWNER_ACTION", 2);
    expect(story.page(pull).check?.conclusion).toBe("failure");
    expect(story.page(pull).titles.filter((title) => title.endsWith("RESULT"))).toEqual([
      "Codex Review -- Round 1 -- RESULT",
      "Codex Review -- Round 2 -- RESULT",
    ]);
  });

  it.concurrent("its base branch may be deleted", async () => {
    const story = stage();
    const repo = await story.repository();
    await story.double.pushCommit(story.author, repo, { branch: "next", files: { "b.ts": "export {};\n" } });
    await story.double.pushCommit(story.author, repo, { branch: "topic", files: { "a.ts": "// DO: nap\n" } });
    const pull = await story.double.openPullRequest(story.author, repo, {
      title: "On next",
      head: "topic",
      base: "next",
    });
    await story.atWork(pull);
    await story.double.deleteBranch(story.owner, repo, "next");
    await story.until("an end", () => story.page(pull).check?.status === "completed");
    expect(story.page(pull).titles[0]).toBe("Codex Review -- Round 1 -- RESULT");
  });

  it.concurrent("the fork it comes from may be deleted", async () => {
    const story = stage();
    const repo = await story.repository();
    const fork = await story.double.createFork(story.double.createUser("forker"), repo);
    const forker = story.double.user("forker");
    await story.double.pushCommit(forker, fork, {
      branch: "topic",
      files: { "a.ts": "// DO: nap\n// BUG(P1): Add two\n" },
    });
    const draft = { title: "From a fork", head: "topic", headRepository: fork };
    const pull = await story.double.openPullRequest(forker, repo, draft);
    await story.atWork(pull);
    await story.double.deleteRepository(forker, fork);
    await story.settled(pull, "OWNER_ACTION", 1);
    expect(story.page(pull).check?.conclusion).toBe("failure");
    expect(story.page(pull).reviews).toHaveLength(1);
    await story.double.comment(story.owner, pull, "@codex review");
    await story.settled(pull, "OWNER_ACTION", 2);
  });

  it.concurrent("the repository may be deleted, and nothing is tried for ever", async () => {
    const story = stage();
    const repo = await story.repository();
    const pull = await story.open(repo, { "a.ts": "// DO: nap\n" });
    await story.atWork(pull);
    await story.double.deleteRepository(story.owner, repo);
    const record = await story.settled(pull, "OWNER_ACTION", 1);
    expect(
      Object.values(record.effects)
        .map(({ note }) => note)
        .join(),
    ).toContain("GITHUB_NOT_FOUND");
  });
});

/** Opens a pull request whose branch is this commit. */
async function openCommit(story: Story, repo: Repository, sha: string): Promise<PullRequest> {
  git(repo, ["update-ref", "refs/heads/topic", sha]);
  return await story.double.openPullRequest(story.author, repo, { title: "By plumbing", head: "topic" });
}

/** A commit whose tree is the base's plus one entry, as `git mktree` takes it; without parents only the entry. */
function commitOf(repo: Repository, entry: string, parents = [git(repo, ["rev-parse", "main"])]): string {
  const [, folder = "", name = ""] = /\t(?:(.*)\/)?(.*)\n$/.exec(entry) ?? [];
  const line = `${entry.split("\t", 1)[0]}\t${name}\n`;
  const inner = git(repo, ["mktree", "--missing"], line);
  const added = folder === "" ? line : `040000 tree ${inner}\t${folder}\n`;
  const kept = parents.length === 0 ? "" : `${git(repo, ["ls-tree", "main"])}\n`;
  const tree = git(repo, ["mktree", "--missing"], kept + added);
  return git(repo, ["commit-tree", tree, "-m", "By plumbing", ...parents.flatMap((sha) => ["-p", sha])]);
}

function blobOf(repo: Repository, content: string): string {
  return git(repo, ["hash-object", "-w", "--stdin"], content);
}

function git(repo: Repository, args: readonly string[], input = ""): string {
  const who = { GIT_AUTHOR_NAME: "Ada", GIT_AUTHOR_EMAIL: "ada@example.com" };
  const env = {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    ...who,
  };
  const committer = { GIT_COMMITTER_NAME: "Ada", GIT_COMMITTER_EMAIL: "ada@example.com" };
  return execFileSync("git", ["--git-dir", repo.gitDir, ...args], { input, env: { ...env, ...committer } })
    .toString()
    .trimEnd();
}
