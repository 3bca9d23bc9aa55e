// Keys of the server's file, as a person meets them on a pull request; and two promises about keys of `.github/rondo.yml`
// that a look around has to keep. Part of `npm run test:full`: the server has to be set so that each limit is soon met.
import { describe, expect, it } from "vitest";
import { startPlay } from "../support/config-play.ts";
import type { Story } from "../support/story.ts";
import { useStory } from "../support/use-story.ts";

const stage = useStory({
  serverConfig: `limits: { silence_seconds: 10, max_files: 3, max_file_bytes: 2000, reviewer_attempts: 1 }
repositories: ["OLGA/app-*"]
periods: { reconcile_ms: 2000 }
caps: { max_rounds: 2 }`,
});

const isFull = process.env["RONDO_TEST_FULL"] === "1";
const CLEAN = { "a.ts": "export const a = 1;\n" };

async function reviewed(story: Story, files: Record<string, string>, state: "OWNER_ACTION" | "READY" = "OWNER_ACTION") {
  const pull = await story.open(await story.repository(), files);
  await story.settled(pull, state, 1, 90_000);
  const page = story.page(pull);
  return { pull, page, body: page.own[0]?.body ?? "" };
}

describe.runIf(isFull)("the server's key", () => {
  it.concurrent("limits.silence_seconds stops a reviewer that says nothing, and names itself (A95)", async () => {
    const { page, body } = await reviewed(stage(), { "a.ts": "// DO: hang\n" });
    expect(body).toContain("Codex exit code: none (timeout 10 s, silence)");
    expect(page.titles[1]).toMatch(
      /^REVIEWER FAILED: timeout: .* of 10 s \(silence\) fired after 1\d\.\d s\..* Limit that fired: silence 10 s, elapsed 1\d\.\d s\.$/,
    );
    expect(page.check?.conclusion).toBe("action_required");
  });

  it.concurrent("limits.max_files lists what is beyond it and withholds READY", async () => {
    const files = Object.fromEntries(["a", "b", "c", "d"].map((name) => [`${name}.ts`, CLEAN["a.ts"]]));
    const { page, body } = await reviewed(stage(), files);
    expect(body).toMatch(/- `d\.ts`: too many/);
    expect(body).toContain("1 file left out for size or budget: READY is withheld.");
    expect(page.check?.conclusion).toBe("action_required");
  });

  it.concurrent("limits.max_file_bytes does so for a large file", async () => {
    const { page, body } = await reviewed(stage(), { ...CLEAN, "large.ts": `// ${"x".repeat(2500)}\n` });
    expect(body).toMatch(/- `large\.ts`: too large/);
    expect(page.check?.conclusion).toBe("action_required");
    expect((await reviewed(stage(), { ...CLEAN, "small.ts": `// ${"x".repeat(1500)}\n` }, "READY")).body).not.toContain(
      "too large",
    );
  });

  it.concurrent("limits.reviewer_attempts is how often a reviewer that was killed is tried", async () => {
    const story = stage();
    const { pull, page } = await reviewed(story, { "a.ts": "// DO: die\n" });
    expect(page.titles[1]).toMatch(/^REVIEWER FAILED: reviewer_killed: .* Attempts: 1\./);
    expect(await story.reviewers(pull)).toHaveLength(1);
  });

  it.concurrent("caps.max_rounds bounds what a repository asks for, and says so", async () => {
    const play = await startPlay(stage(), "max_rounds: unlimited\n", true);
    const pull = await play.open(CLEAN);
    for (const n of [2, 3]) await play.push(pull, { "a.ts": `export const a = ${n};\n` });
    await play.rest(pull);
    const { check, own } = play.page(pull);
    expect(check?.output.title).toBe("BUDGET_EXCEEDED: max_rounds 2 reached");
    expect(own[0]?.body).toContain('"max_rounds" is "unlimited"; this server allows at most 2, which applies');
  });

  it.concurrent("repositories keeps the server silent elsewhere: no check, no comment, one line in the log", async () => {
    const story = stage();
    const { double, owner, author } = story;
    const other = await double.createRepository({ owner, name: "elsewhere", files: { "README.md": "# Other\n" } });
    double.setPermission(author, other, "write");
    const pull = await story.open(other, CLEAN);
    const told = (): string[] =>
      (story.workers[0]?.stdout() ?? "").split("\n").filter((line) => line.includes('"repo":"olga/elsewhere"'));
    await story.until("the worker hears of it", () => told().length > 0);
    await double.comment(author, pull, "@codex review");
    await story.until("the worker hears of the comment", () => told().length > 1);
    expect(told().every((line) => line.includes("ignored: this server does not serve olga/elsewhere"))).toBe(true);
    expect(told().filter((line) => !line.includes('"level":"info"'))).toEqual([]);

    const page = story.page(pull);
    expect([page.checks, page.comments.filter(({ viaAppId }) => viaAppId !== null), page.reactions]).toEqual([
      [],
      [],
      [],
    ]);
    expect(await story.record(pull)).toBeNull();
  });
});

describe.runIf(isFull)("of the repository's keys", () => {
  it.concurrent("on_base_change: note edits READY and starts no round", async () => {
    const play = await startPlay(stage(), "on_base_change: note\n", true);
    const pull = await play.open(CLEAN);
    await play.rest(pull);
    await play.moveBase();
    const ready = (): string => play.page(pull).own.at(-1)?.body ?? "";
    await play.until("the note", () => ready().includes("Base moved: main is now "));
    expect(ready()).toContain("PR READY for human merge — Round 1");
    expect((await play.story.record(pull))?.round).toBe(1);
    expect(play.page(pull).check?.conclusion).toBe("success");
  });

  it.concurrent("one that nothing acts on yet is said on the pull request", async () => {
    const play = await startPlay(
      stage(),
      "badges: true\nevaluator: propose\nstatic: { disable: [focus-test] }\n",
      true,
    );
    const pull = await play.open(CLEAN);
    await play.rest(pull);
    const body = play.page(pull).own[0]?.body;
    expect(body).toContain('line 2, column 1: "evaluator" has no effect in this version of Rondo');
    expect(body).toContain(
      'line 3, column 11: unknown rule "focus-test" in "static.disable"; did you mean "focused-test"?',
    );
  });
});
