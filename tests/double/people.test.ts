// What people do, as the App hears of it: drafts, new bases, labels, merges, locks, queues.
import { afterEach, beforeEach, expect, test } from "vitest";
import { startSample } from "./sample.ts";
import type { Sample } from "./sample.ts";

let sample: Sample;
beforeEach(async () => {
  sample = await startSample();
});
afterEach(() => sample.double.stop());

const last = () => sample.double.announced.at(-1);

test("draft and ready announce themselves once", async () => {
  const { double, author, pull } = sample;
  await double.convertToDraft(author, pull);
  expect(last()).toMatchObject({ action: "converted_to_draft", payload: { pull_request: { draft: true } } });
  await double.markReady(author, pull);
  const count = double.announced.length;
  await double.markReady(author, pull);
  expect([last()?.action, double.announced.length]).toEqual(["ready_for_review", count]);
});

test("a new base is an edit that names the old one, with the same head", async () => {
  const { double, author, owner, repository, pull } = sample;
  const head = pull.headSha;
  const base = pull.baseSha;
  const release = await double.pushCommit(owner, repository, { branch: "release", files: { "r.txt": "r" } });
  await double.retarget(author, pull, "release");
  expect(last()).toMatchObject({
    action: "edited",
    payload: {
      changes: { base: { ref: { from: "main" }, sha: { from: base } } },
      pull_request: { base: { ref: "release", sha: release }, head: { sha: head } },
    },
  });
});

test("close, reopen at the present tip, merge", async () => {
  const { double, author, owner, repository, pull } = sample;
  await double.close(author, pull);
  const tip = await double.pushCommit(author, repository, { branch: "feature", files: { "while-closed.txt": "x" } });
  expect(pull.headSha).not.toBe(tip);
  await double.reopen(author, pull);
  expect([pull.state, pull.headSha]).toEqual(["open", tip]);
  const sha = await double.merge(owner, pull);
  expect(last()).toMatchObject({
    action: "closed",
    payload: { pull_request: { merged: true, merge_commit_sha: sha, merged_by: { login: "olga" } } },
  });
  await expect(double.merge(owner, pull)).rejects.toThrow("not mergeable");
});

test("a conflict makes the pull request dirty", async () => {
  const { api, double, owner, repository, token, path } = sample;
  await double.pushCommit(owner, repository, { branch: "main", files: { "base.txt": "all gone" } });
  const answer = await api("GET", `${path}/pulls/1`, { token });
  expect(answer.body).toMatchObject({ mergeable: false, mergeable_state: "dirty" });
});

test("labels on a pull request are pull_request events", async () => {
  const { api, double, author, pull, token, path } = sample;
  await double.label(author, pull, "rondo:review");
  expect(last()).toMatchObject({
    event: "pull_request",
    action: "labeled",
    payload: { label: { name: "rondo:review" } },
  });
  const added = await api("POST", `${path}/issues/1/labels`, { token, body: { labels: ["rondo:review", "second"] } });
  expect(added.body.map(({ name }: { name: string }) => name)).toEqual(["rondo:review", "second"]);
  expect(
    (await api("DELETE", `${path}/issues/1/labels/${encodeURIComponent("rondo:review")}`, { token })).body,
  ).toHaveLength(1);
  expect((await api("DELETE", `${path}/issues/1/labels/none`, { token })).status).toBe(404);
});

test("a locked conversation refuses the App and takes maintainers", async () => {
  const { api, double, owner, pull, token, path } = sample;
  await double.lock(owner, pull);
  const refused = await api("POST", `${path}/issues/1/comments`, { token, body: { body: "x" } });
  expect([refused.status, refused.body.message]).toEqual([403, "Unable to create comment because issue is locked."]);
  await expect(double.comment(owner, pull, "still mine")).resolves.toMatchObject({ body: "still mine" });
});

test("an archived repository is read-only", async () => {
  const { api, double, owner, repository, token, path } = sample;
  await double.archiveRepository(owner, repository);
  const refused = await api("POST", `${path}/issues/1/comments`, { token, body: { body: "x" } });
  expect([refused.status, refused.body.message]).toEqual([403, "Repository was archived so is read-only."]);
  expect((await api("GET", `${path}/pulls/1`, { token })).status).toBe(200);
});

test("comments are edited and deleted; a reaction is there once", async () => {
  const { api, double, author, pull, token, path } = sample;
  const comment = await double.comment(author, pull, "first");
  await double.editComment(author, comment, "second");
  expect(last()).toMatchObject({
    action: "edited",
    payload: { changes: { body: { from: "first" } }, comment: { body: "second" } },
  });
  const url = `${path}/issues/comments/${comment.id}/reactions`;
  const react = () => api("POST", url, { token, body: { content: "eyes" } });
  expect([(await react()).status, (await react()).status]).toEqual([201, 200]);
  const [reaction] = (await api("GET", url, { token })).body;
  expect((await api("DELETE", `${url}/${reaction.id}`, { token })).status).toBe(204);
  await double.deleteComment(author, comment);
  expect((await api("GET", `${path}/issues/comments/${comment.id}`, { token })).status).toBe(404);
});

test("a merge group is a real commit on its own branch", async () => {
  const { api, double, owner, repository, pull, token, path } = sample;
  const group = await double.requestMergeGroup(owner, repository, [pull]);
  expect(last()).toMatchObject({
    event: "merge_group",
    action: "checks_requested",
    payload: { merge_group: { head_sha: group.headSha, base_ref: "refs/heads/main" } },
  });
  const commit = await api("GET", `${path}/commits/${group.headSha}`, { token });
  expect(commit.body.parents.map(({ sha }: { sha: string }) => sha)).toEqual([pull.baseSha, pull.headSha]);
});

test("resolving a thread announces it once, with its comments", async () => {
  const { double, owner, author, pull } = sample;
  await double.submitReview(owner, pull, {
    event: "COMMENT",
    body: "r",
    comments: [{ path: "base.txt", line: 31, body: "why?" }],
  });
  const [thread] = double.state.threads.values();
  if (thread === undefined) throw new Error("no thread");
  await double.resolveThread(author, thread);
  await double.resolveThread(author, thread);
  const resolved = double.announced.filter(({ event }) => event === "pull_request_review_thread");
  expect(resolved).toHaveLength(1);
  expect(resolved[0]?.payload).toMatchObject({ thread: { node_id: thread.nodeId, comments: [{ body: "why?" }] } });
});

test("the same seed gives the same ids and GUIDs", async () => {
  const again = await startSample();
  expect(facts(again)).toEqual(facts(sample));
  await again.double.stop();
});

function facts({ double, pull }: Sample): unknown[] {
  return [pull.id, pull.number, ...double.announced.map(({ guid }) => guid)];
}
