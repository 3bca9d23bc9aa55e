// Reviews and review comments: the 422 rules of GitHub that its OpenAPI description does not carry, and what becomes of
// comments when the head moves.
import { afterEach, beforeEach, expect, test } from "vitest";
import { headFile, startSample } from "./sample.ts";
import type { Sample } from "./sample.ts";

let sample: Sample;
beforeEach(async () => {
  sample = await startSample();
});
afterEach(() => sample.double.stop());

const review = (body: unknown) => sample.api("POST", `${sample.path}/pulls/1/reviews`, { token: sample.token, body });
const comment = (body: Record<string, unknown>) =>
  sample.api("POST", `${sample.path}/pulls/1/comments`, {
    token: sample.token,
    body: { body: "b", commit_id: sample.pull.headSha, path: "base.txt", ...body },
  });
const entry = (more: Record<string, unknown>) => ({ path: "base.txt", body: "b", side: "RIGHT", ...more });

test.each([
  ["an added line", { line: 31 }],
  ["a context line", { line: 34 }],
  ["a deleted line on the left", { line: 10, side: "LEFT" }],
  ["a range within a hunk", { start_line: 28, line: 31, start_side: "RIGHT" }],
  ["a range over both sides", { start_line: 10, start_side: "LEFT", line: 10 }],
])("a review may stand on %s", async (_name, place) => {
  const answer = await review({ event: "COMMENT", body: "r", comments: [entry(place)] });
  expect(answer.status).toBe(200);
});

test.each([
  ["a line outside the diff", { line: 20 }, "Line could not be resolved"],
  ["a context line on the left", { line: 9, side: "LEFT" }, "Line could not be resolved"],
  ["an unchanged file", { path: "other.txt", line: 1 }, "Line could not be resolved, Path could not be resolved"],
  ["a range over two hunks", { start_line: 10, line: 31 }, "Start line must be part of the same hunk as the line."],
  ["a range upside down", { start_line: 31, line: 29 }, "Start line must precede the end line."],
])("a review on %s is refused whole", async (_name, place, sentence) => {
  const answer = await review({ event: "COMMENT", body: "r", comments: [entry({ line: 31 }), entry(place)] });
  expect(answer.status).toBe(422);
  expect(answer.body).toMatchObject({ message: "Unprocessable Entity", errors: [sentence], status: "422" });
  expect(sample.double.state.reviews.size + sample.double.state.reviewComments.size).toBe(0);
});

test("entries of a review take no subject_type", async () => {
  const answer = await review({ event: "COMMENT", body: "r", comments: [entry({ line: 31, subject_type: "line" })] });
  expect(answer.status).toBe(422);
});

test("COMMENT and REQUEST_CHANGES need a body, APPROVE does not", async () => {
  expect((await review({ event: "COMMENT" })).status).toBe(422);
  expect((await review({ event: "REQUEST_CHANGES", body: " " })).status).toBe(422);
  expect((await review({ event: "APPROVE" })).status).toBe(200);
});

test("a body of 65,536 characters passes, one more does not", async () => {
  expect((await review({ event: "COMMENT", body: "é".repeat(65_536) })).status).toBe(200);
  expect((await review({ event: "COMMENT", body: "é".repeat(65_537) })).status).toBe(422);
  const long = await sample.api("POST", `${sample.path}/issues/1/comments`, {
    token: sample.token,
    body: { body: "a".repeat(65_537) },
  });
  expect(long.status).toBe(422);
  expect(long.text).toContain("body is too long");
});

test("one pending review per user, also against a submitted create; hidden from everyone else", async () => {
  const { api, double, owner, path, token } = sample;
  const pending = await review({ body: "later" });
  expect(pending.body.state).toBe("PENDING");
  const second = await review({ event: "COMMENT", body: "now" });
  expect([second.status, second.body.errors]).toEqual([
    422,
    ["User can only have one pending review per pull request"],
  ]);
  const seenByOwner = await api("GET", `${path}/pulls/1/reviews`, { token: double.tokenFor(owner) });
  const seenByBot = await api("GET", `${path}/pulls/1/reviews`, { token });
  expect([seenByOwner.body.length, seenByBot.body.length]).toEqual([0, 1]);
  expect((await api("DELETE", `${path}/pulls/1/reviews/${pending.body.id}`, { token })).status).toBe(200);
  expect((await review({ event: "COMMENT", body: "now" })).status).toBe(200);
});

test("two reviews at the same moment: one of two pending ones is refused", async () => {
  const answers = await Promise.all([review({ body: "a" }), review({ body: "b" })]);
  expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([200, 422]);
});

test("a pending review is submitted and then announced with its comments", async () => {
  const { api, double, path, token } = sample;
  const pending = await review({ body: "r", comments: [entry({ line: 31 })] });
  expect(double.announced.some(({ event }) => event === "pull_request_review")).toBe(false);
  const submitted = await api("POST", `${path}/pulls/1/reviews/${pending.body.id}/events`, {
    token,
    body: { event: "REQUEST_CHANGES" },
  });
  expect(submitted.body.state).toBe("CHANGES_REQUESTED");
  const events = double.announced
    .slice(-2)
    .map(({ event, payload }) => [event, JSON.stringify(payload["review"] ?? {}).includes('"changes_requested"')]);
  expect(events).toEqual([
    ["pull_request_review", true],
    ["pull_request_review_comment", false],
  ]);
});

test("nobody approves or blocks their own pull request, commenting works", async () => {
  const { api, double, author, path } = sample;
  const token = double.tokenFor(author);
  const own = (event: string) => api("POST", `${path}/pulls/1/reviews`, { token, body: { event, body: "b" } });
  expect((await own("APPROVE")).body.errors).toEqual(["Review Can not approve your own pull request"]);
  expect((await own("REQUEST_CHANGES")).body.errors).toEqual([
    "Review Can not request changes on your own pull request",
  ]);
  expect((await own("COMMENT")).status).toBe(200);
});

test("a commit that is not of the pull request is refused", async () => {
  const answer = await review({ event: "COMMENT", body: "r", commit_id: sample.pull.baseSha });
  expect([answer.status, answer.body.errors]).toEqual([422, ["The commitOID is not part of the pull request"]]);
});

test("a single comment outside the diff names the field", async () => {
  const answer = await comment({ line: 20 });
  expect(answer.status).toBe(422);
  expect(answer.body.errors).toEqual([
    {
      resource: "PullRequestReviewComment",
      code: "custom",
      field: "pull_request_review_thread.line",
      message: "could not be resolved",
    },
  ]);
});

test("a single comment on a file, and replies only to the first of a thread", async () => {
  const onFile = await comment({ subject_type: "file" });
  expect([onFile.status, onFile.body.subject_type, onFile.body.line]).toEqual([201, "file", null]);
  const reply = await comment({ in_reply_to: onFile.body.id, path: "nonsense", line: 999 });
  expect([reply.status, reply.body.in_reply_to_id, reply.body.path]).toEqual([201, onFile.body.id, "base.txt"]);
  const url = `${sample.path}/pulls/1/comments/${reply.body.id}/replies`;
  expect((await sample.api("POST", url, { token: sample.token, body: { body: "x" } })).status).toBe(422);
});

test("a reply also makes a review with state commented and an empty body", async () => {
  const { double, author } = sample;
  await comment({ line: 31 });
  const [first] = double.state.reviewComments.values();
  if (first === undefined) throw new Error("no comment");
  await double.replyToThread(author, first, "Because.");
  const events = double.announced.slice(-2);
  expect(events.map(({ event, action }) => `${event}.${action}`)).toEqual([
    "pull_request_review_comment.created",
    "pull_request_review.submitted",
  ]);
  expect(events[1]?.payload["review"]).toMatchObject({ state: "commented", body: "" });
});

test("after a push comments follow their line, or become outdated; what was written stays", async () => {
  const { double, author, repository, api, token, path } = sample;
  const kept = await comment({ line: 31 });
  const lost = await comment({ line: 10 });
  const files = { "base.txt": `new first line\n${headFile.replace("line ten\n", "line 10 again\n")}` };
  await double.pushCommit(author, repository, { branch: "feature", files });
  const now = await api("GET", `${path}/pulls/1/comments`, { token });
  const [first, second] = now.body;
  expect(first).toMatchObject({ id: kept.body.id, line: 32, original_line: 31, commit_id: sample.pull.headSha });
  expect(first.original_commit_id).toBe(kept.body.commit_id);
  expect(second).toMatchObject({ id: lost.body.id, line: null, position: null, original_line: 10 });
});

test("after a force-push a COMMENTED review keeps its commit, an approval moves only when the diff is the same", async () => {
  const { double, author, owner, repository, pull } = sample;
  const oldHead = pull.headSha;
  const commented = await double.submitReview(owner, pull, { event: "COMMENT", body: "c" });
  const approved = await double.submitReview(owner, pull, { event: "APPROVE" });
  const parent = pull.baseSha;
  await double.pushCommit(author, repository, {
    branch: "feature",
    parent,
    files: { "base.txt": headFile },
    message: "Same, amended",
  });
  expect(pull.headSha).not.toBe(oldHead);
  expect([commented.commitSha, approved.commitSha]).toEqual([oldHead, pull.headSha]);
  const same = pull.headSha;
  await double.pushCommit(author, repository, { branch: "feature", files: { "more.txt": "m" } });
  expect(approved.commitSha).toBe(same);
});
