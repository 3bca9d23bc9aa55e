// Stories: what an operator does on the server's command line, while a worker runs, shows on the pull request.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { runRondo } from "../support/run-rondo.ts";
import { isAlive, type Story } from "../support/story.ts";
import { useStory } from "../support/use-story.ts";

const stage = useStory({ serverConfig: "max_rounds: 1" });
const BUG = { "a.ts": "// BUG(P1): Close the file\n" };

/** Runs a command where the worker keeps its data, with the worker's Redis. */
async function operate(story: Story, ...args: string[]) {
  const env = { RONDO_DATA_DIR: story.dataDir, REDIS_URL: `unix://${story.redis.target.path}` };
  const { code, out, err } = await runRondo(args, { cwd: story.dataDir, env });
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return out;
}

describe("an operator", () => {
  it.concurrent("allows more rounds and starts one: the comment, the check and the list follow", async () => {
    const story = stage();
    const repo = await story.repository();
    const pull = await story.open(repo, BUG);
    const name = `olga/${repo.name}#${pull.number}`;
    await story.settled(pull, "OWNER_ACTION", 1);
    expect(await operate(story, "status", name)).toContain("RD-1 P1 a.ts:1 Close the file\n");

    expect(await operate(story, "extend", name, "2")).toBe(`${name}: 2 more rounds, 2 in all; still OWNER_ACTION.\n`);
    expect(await operate(story, "trigger", name)).toContain(`${name}: OWNER_ACTION -> INIT, round 2 waits`);
    await story.settled(pull, "OWNER_ACTION", 2);
    const page = story.page(pull);
    expect(page.titles).toContain("Codex Review -- Round 2 -- RESULT");
    expect(page.own.map(({ body }) => body).join("\n")).toContain("cli by the server's operator");
    expect(page.check?.conclusion).toBe("failure");

    const listed: unknown = JSON.parse(await operate(story, "status", `olga/${repo.name}`, "--json"));
    expect(listed).toMatchObject([{ pullRequest: name, state: "OWNER_ACTION", round: 2, openBlockers: 1 }]);
    const runs = z
      .array(z.object({ runId: z.string(), verdict: z.string() }))
      .parse(JSON.parse(await operate(story, "runs", "list", "--repo", name, "--json")));
    expect(runs.map(({ verdict }) => verdict)).toEqual(["REQUEST_CHANGES", "REQUEST_CHANGES"]);
    expect(await operate(story, "runs", "show", runs[0]?.runId ?? "")).toContain("Close the file");
  });

  it.concurrent("aborts: the reviewer is gone within 5 s, and the pull request says who and why", async () => {
    const story = stage();
    const repo = await story.repository();
    const pull = await story.open(repo, { "a.ts": "// DO: hang\n" });
    const [reviewer] = await story.atWork(pull);
    await operate(story, "abort", `olga/${repo.name}#${pull.number}`, "--reason", "wrong branch");
    await story.until("the death of the reviewer", () => !isAlive(reviewer?.pid ?? 0), 5000);
    await story.settled(pull, "ABORTED", 1);
    const page = story.page(pull);
    expect(page.titles.at(-1)).toBe(
      "ABORTED by the server's operator: wrong branch. Comment `@codex review` to start again.",
    );
    expect(page.check).toMatchObject({ status: "completed", conclusion: "cancelled" });
  });
});
