// Rondo's own bad days: a worker that is killed in the middle of a review, a state file that is torn or newer than the
// program. Another worker goes on, or a person is told what to do; nothing is ever posted twice.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import type { PullRequest } from "../../double/state.ts";
import { isAlive, type Story } from "../support/story.ts";
import { useStory } from "../support/use-story.ts";

const stage = useStory();

const CLEAN = { "a.ts": "export const a = 1;\n" };
const BUG = { "a.ts": "export const a = 1; // BUG(P1): Add two\n" };

describe("a worker killed with -9", () => {
  it("is followed by another one, wherever it stood: the same rounds end, and each thing is there once (A31, A92)", async () => {
    const story = stage();
    const reviewing = await story.open(await story.repository(), { "a.ts": "// DO: stall\n// BUG(P1): Add two\n" });
    const [orphan] = await story.atWork(reviewing);
    // The effect happens, its answer never comes, and the worker dies over it.
    const sending = await Promise.all([
      stuck(story, "POST", "/issues/1/comments"),
      stuck(story, "POST", "/pulls/1/reviews"),
      stuck(story, "PATCH", "/check-runs/"),
    ]);
    const [first] = story.workers;
    await first?.end("SIGKILL");
    await story.startWorker().waitFor((line) => line.msg === "Working");
    for (const pull of [reviewing, ...sending]) {
      // A dead worker's job is found after its lock (30 s) and two looks (15 s each): a minute at the longest.
      const record = await story.settled(pull, "OWNER_ACTION", 1, 90_000);
      expect(record).toMatchObject({ round: 1, claims: 1 });
      const page = story.page(pull);
      expect(page.titles).toEqual(["Codex Review -- Round 1 -- RESULT"]);
      expect(page.reviews).toHaveLength(1);
      expect(page.inline).toHaveLength(1);
      expect(page.checks.map(({ conclusion }) => conclusion)).toEqual(["failure"]);
      expect(page.reactions).toEqual([]);
    }
    expect(await story.reviewers(reviewing)).toHaveLength(2);
    await story.until("the death of the orphan", () => !isAlive(orphan?.pid ?? 0));
  });
});

/** Opens a pull request and waits until this request of its round is answered never. */
async function stuck(story: Story, method: string, path: string): Promise<PullRequest> {
  const repo = await story.repository();
  const match = new RegExp(`/${repo.name}${path}`);
  story.double.faults.add({ match: { method, path: match }, fault: { kind: "hang", when: "after" } });
  const pull = await story.open(repo, BUG);
  const { entries } = story.double.journal;
  await story.until(`${method} ${path}`, () =>
    entries.some((entry) => entry.surface === "rest" && entry.method === method && match.test(entry.path)),
  );
  return pull;
}

describe("a state file", () => {
  it("that is torn is answered by the generation before it, and nothing is posted twice", async () => {
    const { story, pull, file } = await finished();
    const before = story.page(pull).own.map(({ body }) => body);
    const text = await readFile(file, "utf8");
    // Files are torn when a machine goes down, and its worker with it.
    for (const worker of story.workers) if (isAlive(worker.child.pid ?? 0)) await worker.end("SIGKILL");
    await writeFile(file, text.slice(0, text.length / 2));
    await story.startWorker().waitFor((line) => line.msg === "Working");
    const comment = await story.double.comment(story.author, pull, "@codex extend 1");
    await story.until("the answer", () => story.page(pull).reactionsOn(comment).includes("+1"));
    await story.settled(pull, "READY", 1);
    expect(story.page(pull).own.map(({ body }) => body)).toEqual(before);
    expect(log(story)).toContain("A state file was damaged; the generation before it is used");
  });

  it("that is torn with all its generations stops its pull request, says what to do, and no other one", async () => {
    const { story, pull, file } = await finished();
    const before = story.page(pull);
    for (const each of [file, `${file}.prev`]) await writeFile(each, "garbage");
    await story.push(pull, BUG);
    await story.until("the error", () => /STATE_UNREADABLE|cannot be used/.test(log(story)));
    expect(log(story)).toContain("Restore it from a backup, or move it and its .prev file away");
    const other = await story.open(await story.repository(), CLEAN);
    await story.settled(other, "READY", 1);
    expect(story.page(pull).own).toEqual(before.own);
    expect(story.page(pull).checks).toEqual(before.checks);
    expect(await readFile(file, "utf8")).toBe("garbage");
  });

  it("of a newer version is left alone, and the log says that Rondo is older", async () => {
    const { story, pull, file } = await finished();
    const before = story.page(pull);
    const newer = resealed((await readFile(file, "utf8")).replace('"schema": 1,', '"schema": 99,'));
    await writeFile(file, newer);
    await story.push(pull, BUG);
    await story.until("the error", () => /STATE_TOO_NEW|newer/.test(log(story)));
    expect(story.page(pull).own).toEqual(before.own);
    expect(await readFile(file, "utf8")).toBe(newer);
  });
});

async function finished(): Promise<{ story: Story; pull: PullRequest; file: string }> {
  const story = stage();
  const pull = await story.open(await story.repository(), CLEAN);
  await story.settled(pull, "READY", 1);
  await story.until("the lease's end", async () => (await story.record(pull))?.lease === null);
  return { story, pull, file: (await story.stateFile(pull)) ?? "" };
}

/** The text with a checksum that fits, as a newer Rondo would have written it. */
function resealed(text: string): string {
  const body = text.slice(text.indexOf("\n") + 1);
  const digest = createHash("sha256").update(body).digest("hex");
  return `{"checksum":"sha256-${digest}",\n${body}`;
}

function log(story: Story): string {
  return story.workers.map((worker) => worker.stdout()).join("\n");
}
