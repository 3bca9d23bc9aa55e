// The state files as operators and other parts of Rondo see them.
import { createHash } from "node:crypto";
import {
  readFileSync,
  readdirSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  cpSync,
  existsSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newRecord } from "../../src/round/round.ts";
import { migrate } from "../../src/store/migrations.ts";
import { renderStateFile } from "../../src/store/state-file.ts";
import { breakingFiles } from "../support/crashing-files.ts";
import { machine, memoryLog, raiseFence, realClock, ref, store, temporaryFolder } from "../support/store.ts";

const FOLDER = "state/octo-org/hello.world";

test("what was never saved is null, and reading leaves no trace", async () => {
  const dataDir = temporaryFolder();

  expect(await store(dataDir).load(ref)).toBeNull();
  expect(await store(dataDir).list()).toEqual([]);
  expect(readdirSync(dataDir)).toEqual([]);
});

test("a state lies at its lower-case path, readable as JSON, for its owner only", async () => {
  const dataDir = temporaryFolder();

  await raiseFence(store(dataDir));

  const path = join(dataDir, FOLDER, "7.json");
  const content: unknown = JSON.parse(readFileSync(path, "utf8"));
  expect(content).toMatchObject({ schema: 1, rev: 1, repo: "Octo-Org/Hello.World", pr: 7, state: "INIT", fence: 1 });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(dataDir, FOLDER)).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(dataDir, FOLDER)).toSorted()).toEqual([".repo.json", "7.events.jsonl", "7.json"]);
});

test("every change raises rev by one and adds one line with that id to the journal", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir);

  for (let i = 0; i < 3; i++) await raiseFence(rounds);

  expect(await rounds.load(ref)).toMatchObject({ rev: 3, fence: 3 });
  expect(journal(dataDir).map(({ rev, kind, state }) => [rev, kind, state])).toEqual([
    [1, "fenceRaised", "INIT"],
    [2, "fenceRaised", "INIT"],
    [3, "fenceRaised", "INIT"],
  ]);
});

test("a change is on disk, file and folder, before anybody hears of it", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir);
  await raiseFence(rounds);

  const { asked } = await breakingFiles({ at: Infinity, how: "crash" }, () => raiseFence(rounds));

  const steps = asked.map((step) => step.replace(join(dataDir, FOLDER), "FOLDER"));
  const place = (pattern: RegExp): number => steps.findIndex((step) => pattern.test(step));
  const written = place(/^writeFile FOLDER\/7\.json\.\w+\.tmp$/);
  const flushed = place(/^sync FOLDER\/7\.json\.\w+\.tmp$/);
  // The file's own rename comes last of all: the generation before it is renamed first.
  const renamed = steps.findLastIndex((step) => /^rename FOLDER\/7\.json\.\w+\.tmp$/.test(step));
  const named = steps.findLastIndex((step) => step === "sync FOLDER");
  expect([written, flushed, renamed, named].every((at) => at >= 0)).toBe(true);
  expect([written, flushed, renamed, named]).toEqual([written, flushed, renamed, named].toSorted((a, b) => a - b));
});

test("returning the same record saves nothing", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir);
  await raiseFence(rounds);

  const after = await rounds.update(ref, (record) => ({ record, event: { kind: "nothing", detail: {} } }));

  expect(after).toMatchObject({ rev: 1, fence: 1 });
  expect(journal(dataDir)).toHaveLength(1);
});

test("an error inside a change saves nothing and frees the lock", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir);
  await raiseFence(rounds);

  const failing = rounds.update(ref, () => {
    throw new Error("a bug");
  });

  await expect(failing).rejects.toThrow("a bug");
  expect(await raiseFence(rounds)).toMatchObject({ rev: 2 });
});

test("a record that could not be read back is refused before it is written", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir);
  await raiseFence(rounds);

  const failing = rounds.update(ref, (record) => ({
    record: { ...record, fence: -1 },
    event: { kind: "bug", detail: {} },
  }));

  await expect(failing).rejects.toThrow("fence");
  expect(await rounds.load(ref)).toMatchObject({ rev: 1, fence: 1 });
});

test("a hundred changes at once in one process are all counted", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir);

  await Promise.all(Array.from({ length: 100 }, () => raiseFence(rounds)));

  expect(await rounds.load(ref)).toMatchObject({ rev: 100, fence: 100 });
  expect(journal(dataDir).map(({ rev }) => rev)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
});

test.each([
  ["empty", "", "it is empty"],
  ["half", `{"checksum":"sha256-00`, "its first line is no checksum"],
  ["no state file at all", `{"schema":1}\n`, "its first line is no checksum"],
  ["edited by hand", null, "its checksum does not match its content"],
])("a file that is %s, without a generation before it, is refused with the way out", async (_, text, why) => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir);
  await raiseFence(rounds);
  const path = join(dataDir, FOLDER, "7.json");
  writeFileSync(path, text ?? readFileSync(path, "utf8").replace(`"fence": 1`, `"fence": 9`));

  const error = { name: "PermanentError", code: "STATE_UNREADABLE", message: expect.stringContaining(why) };
  await expect(rounds.load(ref)).rejects.toMatchObject(error);
  await expect(raiseFence(rounds)).rejects.toMatchObject(error);
  await expect(rounds.load(ref)).rejects.toThrow(path);
});

test("a damaged file is answered by the generation before it, in doubt about what was posted since", async () => {
  const dataDir = temporaryFolder();
  const log = memoryLog();
  const rounds = store(dataDir, { log });
  await rounds.update(ref, (record) => ({
    record: { ...record, fence: 1, effects: { check: pending("check"), run: pending("run") } },
    event: { kind: "armed", detail: {} },
  }));
  await raiseFence(rounds);
  writeFileSync(join(dataDir, FOLDER, "7.json"), "");

  expect(await rounds.load(ref)).toMatchObject({ rev: 1, fence: 1 });
  const after = await raiseFence(rounds);

  expect(after).toMatchObject({ fence: 2, rev: 4 });
  expect(after.effects).toMatchObject({ check: { status: "intended" }, run: { status: "pending" } });
  expect(journal(dataDir).map(({ rev, kind }) => [rev, kind])).toEqual([
    [1, "armed"],
    [2, "fenceRaised"],
    [3, "restored"],
    [4, "fenceRaised"],
  ]);
  expect(log.lines).toContain("error: A state file was damaged; the generation before it is used");
  expect(existsSync(join(dataDir, FOLDER, "7.json.damaged"))).toBe(true);
  expect(await store(dataDir).load(ref)).toMatchObject({ rev: 4 });
});

test("a state file that vanished does not mean that there is no state", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir);
  await raiseFence(rounds);
  await raiseFence(rounds);
  rmSync(join(dataDir, FOLDER, "7.json"));

  expect(await rounds.load(ref)).toMatchObject({ rev: 1, fence: 1 });
});

test("a newer version is refused, also when an older generation would be readable", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir);
  await raiseFence(rounds);
  await raiseFence(rounds);
  const path = join(dataDir, FOLDER, "7.json");
  writeFileSync(
    path,
    resigned(path, (text) => text.replace(`"schema": 1`, `"schema": 2`)),
  );

  await expect(rounds.load(ref)).rejects.toMatchObject({ name: "PermanentError", code: "STATE_TOO_NEW" });
});

test("a whole file of the wrong shape is refused and says where", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir);
  await raiseFence(rounds);
  await raiseFence(rounds);
  const path = join(dataDir, FOLDER, "7.json");
  writeFileSync(
    path,
    resigned(path, (text) => text.replace(`"state": "INIT"`, `"state": "DONE"`)),
  );

  await expect(rounds.load(ref)).rejects.toMatchObject({ code: "STATE_UNREADABLE" });
  await expect(rounds.load(ref)).rejects.toThrow("state");
});

test("somebody else's state is not taken for ours", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir);
  await raiseFence(rounds);
  cpSync(join(dataDir, FOLDER, "7.json"), join(dataDir, FOLDER, "8.json"));

  await expect(rounds.load({ ...ref, number: 8 })).rejects.toMatchObject({ code: "STATE_FOREIGN" });
});

test("migrations run one after the other", () => {
  const steps = { 1: (old: object) => ({ ...old, a: "one" }), 2: (old: object) => ({ ...old, b: "two" }) };

  expect(migrate({ schema: 1 }, "7.json", steps, 3)).toEqual({ schema: 3, a: "one", b: "two" });
  expect(migrate({ schema: "1" }, "7.json", steps, 3)).toBeUndefined();
  expect(migrate({}, "7.json", steps, 3)).toBeUndefined();
});

test.each([
  { owner: "..", repo: "x" },
  { owner: "x", repo: ".." },
  { owner: "a/b", repo: "x" },
  { owner: "", repo: "x" },
])("$owner/$repo names no folder", async (name) => {
  const loading = store(temporaryFolder()).load({ ...ref, ...name });

  await expect(loading).rejects.toMatchObject({ code: "STATE_PATH_INVALID" });
});

test("list finds every pull request, says what it could not read, and stumbles over nothing", async () => {
  const dataDir = temporaryFolder();
  const log = memoryLog();
  const rounds = store(dataDir, { log });
  await raiseFence(rounds);
  await raiseFence(rounds, { ...ref, number: 12 });
  await raiseFence(rounds, { ...ref, repoId: 5, repo: "other" });
  mkdirSync(join(dataDir, "state", "octo-org", "empty"));
  mkdirSync(join(dataDir, FOLDER, "9.json.tmp"));
  writeFileSync(join(dataDir, "state", "README"), "junk");
  writeFileSync(join(dataDir, FOLDER, "13.json"), "junk");
  writeFileSync(join(dataDir, FOLDER, "x.json"), "junk");

  expect(await rounds.list()).toEqual(
    expect.arrayContaining([ref, { ...ref, number: 12 }, { ...ref, repoId: 5, repo: "other" }]),
  );
  expect(await rounds.list()).toHaveLength(3);
  expect(log.lines).toEqual(["error: A state file cannot be read", "error: A state file cannot be read"]);
});

test("a renamed repository keeps its state, before and after its folder is moved", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir);
  await raiseFence(rounds);
  const renamed = { ...ref, owner: "New-Org", repo: "renamed", installationId: 12 };

  expect(await raiseFence(rounds, renamed)).toMatchObject({ rev: 2 });
  expect(existsSync(join(dataDir, FOLDER, "7.json"))).toBe(true);
  await rounds.move(ref.repoId, renamed);
  await rounds.move(ref.repoId, renamed);

  expect(existsSync(join(dataDir, "state/new-org/renamed/7.json"))).toBe(true);
  expect(existsSync(join(dataDir, FOLDER))).toBe(false);
  expect(await rounds.load(renamed)).toMatchObject({ rev: 3, fence: 2, repo: "New-Org/renamed" });
  // A job that still carries the old name finds the same state.
  expect(await rounds.load(ref)).toMatchObject({ rev: 3 });
  expect(await rounds.list()).toEqual([renamed]);
});

test("a folder that is moved while a change holds its lock does not stay locked", async () => {
  const dataDir = temporaryFolder();
  const { start } = machine(realClock);
  const one = store(dataDir, { identity: start(1) });
  // An empty lock is abandoned after two seconds; this process comes later.
  const later = { ...realClock, now: () => new Date(Date.now() + 3_000) };
  const other = store(dataDir, { clock: later, identity: start(2), periods: { lockWaitMs: 1_000 } });
  await raiseFence(one);
  const renamed = { ...ref, repo: "renamed" };
  // The folder goes in the middle of the change, as another worker's `move` takes it.
  await one.update(ref, (record) => {
    renameSync(join(dataDir, FOLDER), join(dataDir, "state/octo-org/renamed"));
    return { record, event: { kind: "fenceRaised", detail: {} } };
  });

  expect(await raiseFence(other, renamed)).toMatchObject({ rev: 2 });
});

test("a name that was given to another repository leads to that one's own state", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir);
  await raiseFence(rounds);
  const newcomer = { ...ref, repoId: 9000 };

  expect(await rounds.load(newcomer)).toBeNull();
  expect(await raiseFence(rounds, newcomer)).toMatchObject({ rev: 1, repo_id: 9000 });
  expect(await raiseFence(rounds)).toMatchObject({ rev: 2, repo_id: ref.repoId });
  await expect(rounds.move(newcomer.repoId, ref)).rejects.toMatchObject({ code: "STATE_FOREIGN" });
  await rounds.move(ref.repoId, { ...ref, repo: "elsewhere" });
  await rounds.move(newcomer.repoId, newcomer);

  expect(await rounds.load(newcomer)).toMatchObject({ rev: 1, repo_id: 9000 });
  expect(readdirSync(join(dataDir, "state/octo-org")).toSorted()).toEqual(["elsewhere", "hello.world"]);
});

function journal(dataDir: string): { rev: number; kind: string; state: string }[] {
  const text = readFileSync(join(dataDir, FOLDER, "7.events.jsonl"), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line): { rev: number; kind: string; state: string } => JSON.parse(line));
}

function pending(kind: "check" | "run") {
  const effect =
    kind === "check" ? { kind, round: 1, head_sha: "a".repeat(40) } : ({ kind, round: 1, attempt: 1 } as const);
  const rest = { seq: 1, not_before: null, tries: 0, id: null, node_id: null, url: null, at: null, note: null };
  return { status: "pending" as const, effect, ...rest };
}

/** The text of a state file after an edit, with the checksum that belongs to it. */
function resigned(path: string, edit: (text: string) => string): string {
  const empty = renderStateFile(newRecord(ref), { rev: 1, at: "", kind: "", state: "", round: 0, detail: {} });
  const body = edit(readFileSync(path, "utf8")).split("\n").slice(1).join("\n");
  const digest = createHash("sha256").update(body).digest("hex");
  return `${empty.split("\n")[0]?.replace(/[0-9a-f]{64}/, digest)}\n${body}`;
}

test("finds the pull requests whose state names a commit, also after a change, and no other repository's", async () => {
  const dataDir = temporaryFolder();
  const rounds = store(dataDir);
  const [old, head] = ["a".repeat(40), "b".repeat(40)];
  const seeAt = async (number: number, sha: string, repo = ref) =>
    await rounds.update({ ...repo, number }, (record) => ({
      record: { ...record, head_sha_seen: sha },
      event: { kind: "headSeen", detail: {} },
    }));
  const elsewhere = { ...ref, repo: "other", repoId: 1 };
  expect(await rounds.listOnCommit(ref, head)).toEqual([]);

  for (const number of [10, 9]) await seeAt(number, head);
  await seeAt(8, old);
  await seeAt(7, head, elsewhere);
  const numbers = async (sha: string) => (await rounds.listOnCommit(ref, sha)).map(({ number }) => number);
  expect(await numbers(head)).toEqual([9, 10]);
  await seeAt(9, old);
  expect([await numbers(head), await numbers(old)]).toEqual([[10], [8, 9]]);
  expect(await rounds.listOnCommit(ref, old)).toContainEqual({ ...ref, number: 9 });
});
