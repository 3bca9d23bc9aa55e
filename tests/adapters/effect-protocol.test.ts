// One object for one key at GitHub, whatever an answer that got lost led to: twins are taken away, pasted markers are not
// believed, redirects keep the method and the token at home, and a refused token is renewed once.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGithubApp } from "../../src/github/app.ts";
import { githubPublisher } from "../../src/github/publisher.ts";
import type { CheckRunWrite, Publisher, ReviewWrite } from "../../src/ports.ts";
import type { PullRequestRef } from "../../src/pull-request.ts";
import { withMarker } from "../../src/report/marker.ts";
import { judgeJournal } from "../contracts/judge-journal.ts";
import { APP_ID, appKey, startSample, type Sample } from "../double/sample.ts";

const KEYS = ["k".repeat(32)];

let sample: Sample;
let publisher: Publisher;
let ref: PullRequestRef;
beforeAll(async () => {
  sample = await startSample();
  const { double, owner, repository, installation, pull } = sample;
  const app = createGithubApp({
    appId: APP_ID,
    privateKey: appKey.export({ type: "pkcs1", format: "pem" }).toString(),
    apiUrl: double.apiUrl,
    log: pino({ level: "silent" }),
  });
  publisher = githubPublisher({ client: app.installationOctokit, botLogin: "rondo[bot]", markerKeys: KEYS, guard });
  const about = { owner: owner.login, repo: repository.name, number: pull.number };
  ref = { ...about, repoId: repository.id, installationId: installation.id };
});
afterAll(async () => {
  await sample.double.stop();
});
const guard = (text: string) => ({ text, taken: 0 });

const comment = (key: string, more: { knownId?: number; isRetry?: boolean; body?: string } = {}) => ({
  key,
  body: "Words.",
  knownId: null,
  isRetry: false,
  ...more,
});
const withKey = (key: string) => {
  const { state } = sample.double;
  const all = [...state.issueComments.values(), ...state.reviewComments.values(), ...state.reviews.values()];
  return all.filter(({ body, authorId }) => body.includes(`rondo:${key} `) && authorId === state.app.botUserId);
};

describe("two objects with one key", () => {
  it("of two comments the older stays, edited, and the other goes", async () => {
    const first = await publisher.upsertComment(ref, comment("v1/twin"));
    await publisher.upsertComment(ref, comment("v1/twin"));
    const found = await publisher.upsertComment(ref, comment("v1/twin", { isRetry: true, body: "New." }));
    expect(found.id).toBe(first.id);
    expect(withKey("v1/twin").map(({ id, body }) => [id, body.slice(0, 4)])).toEqual([[first.id, "New."]]);
  });

  it("of two replies in a thread too", async () => {
    const { double, author, pull } = sample;
    const draft = { event: "COMMENT" as const, body: "Look", comments: [{ path: "base.txt", body: "Here", line: 10 }] };
    await double.submitReview(author, pull, draft);
    const [root] = [...double.state.reviewComments.values()];
    const reply = { ...comment("v1/reply"), inReplyTo: root?.id ?? 0 };
    const first = await publisher.upsertThreadReply(ref, reply);
    await publisher.upsertThreadReply(ref, reply);
    expect((await publisher.upsertThreadReply(ref, { ...reply, isRetry: true })).id).toBe(first.id);
    expect(withKey("v1/reply").map(({ id }) => id)).toEqual([first.id]);
  });

  it("a second review loses its comments and its words, for nobody can delete it", async () => {
    const place = { path: "base.txt", line: 10, side: "RIGHT" as const, startLine: null, startSide: null };
    const write: ReviewWrite = {
      key: "v1/review",
      headSha: sample.pull.headSha,
      event: "COMMENT",
      body: "Findings.",
      knownId: null,
      isRetry: false,
      comments: [{ ...place, key: "v1/review.f1", body: "Broken." }],
    };
    const first = await publisher.upsertReview(ref, write);
    const second = await publisher.upsertReview(ref, write);
    const found = await publisher.upsertReview(ref, { ...write, isRetry: true });
    expect(found).toMatchObject({ id: first.id, comments: first.comments });
    expect(withKey("v1/review").map(({ id }) => id)).toEqual([first.id]);
    expect(withKey("v1/review.f1").map(({ id }) => id)).toEqual(first.comments.map(({ id }) => id));
    const twin = sample.double.state.reviews.get(second.id);
    expect(twin).toMatchObject({ minimizedReason: "DUPLICATE", body: expect.stringContaining("was sent twice") });
    // A known review that the list does not show is not sent again.
    const unknown = { ...write, key: "v1/other", knownId: 7, isRetry: true };
    await expect(publisher.upsertReview(ref, unknown)).rejects.toMatchObject({ code: "OBJECT_GONE" });
  });

  it("a second check run gives up its name, so that no branch rule looks at it", async () => {
    const write: CheckRunWrite = {
      key: "v1/check",
      headSha: sample.pull.headSha,
      knownId: null,
      isRetry: false,
      detailsUrl: null,
      status: "in_progress",
      conclusion: null,
      title: "Reviewing",
      summary: "Wait.",
      text: "",
      annotations: [],
      actions: [],
    };
    const first = await publisher.upsertCheckRun(ref, write);
    await publisher.upsertCheckRun(ref, write);
    expect((await publisher.upsertCheckRun(ref, { ...write, isRetry: true })).id).toBe(first.id);
    const runs = [...sample.double.state.checkRuns.values()].map(({ name, status }) => `${name} ${status}`);
    expect(runs).toEqual(["Rondo in_progress", "Rondo (duplicate) completed"]);
  });

  it("what somebody else pasted is not adopted", async () => {
    const { double, author, pull } = sample;
    const pasted = await double.comment(author, pull, withMarker("Words.", "v1/pasted", KEYS));
    const own = await publisher.upsertComment(ref, comment("v1/pasted", { isRetry: true }));
    expect(own).toMatchObject({ isResent: true });
    expect(own.id).not.toBe(pasted.id);
  });

  it("what bears our name and a marker that we did not sign is not adopted", async () => {
    // Whatever makes the App quote a stranger's last line must not turn that comment into one of ours.
    const { double, pull } = sample;
    const bot = double.state.users.get(double.state.app.botUserId);
    if (bot === undefined) throw new Error("the App has no user");
    const quoted = await double.comment(
      bot,
      pull,
      withMarker("Words.", "v1/quoted", ["another key of 32 characters....."]),
    );
    const own = await publisher.upsertComment(ref, comment("v1/quoted", { isRetry: true }));
    expect(own).toMatchObject({ isResent: true });
    expect(own.id).not.toBe(quoted.id);
  });
});

describe("what a person deleted", () => {
  it("stays deleted, and one 404 is no proof", async () => {
    const { double, author } = sample;
    const { id } = await publisher.upsertComment(ref, comment("v1/gone"));
    const lagging = { method: "PATCH", path: `/repos/olga/shop/issues/comments/${id}` };
    double.faults.add({ match: lagging, fault: { kind: "status", when: "before", status: 404 } });
    const edit = comment("v1/gone", { knownId: id });
    await expect(publisher.upsertComment(ref, edit)).rejects.toMatchObject({ name: "RetryableError" });
    const own = double.state.issueComments.get(id);
    if (own !== undefined) await double.deleteComment(author, own);
    await expect(publisher.upsertComment(ref, edit)).rejects.toMatchObject({ code: "OBJECT_GONE" });
    expect(withKey("v1/gone")).toEqual([]);
  });
});

describe("on the way", () => {
  it("an answer that names nothing is no proof of a comment", async () => {
    const match = { method: "POST", path: /issues\/\d+\/comments$/ };
    const empty = { kind: "status", when: "after", status: 201, body: [] } as const;
    sample.double.faults.add({ match, fault: empty });
    await expect(publisher.upsertComment(ref, comment("v1/empty"))).rejects.toMatchObject({ isAmbiguous: true });
    const adopted = await publisher.upsertComment(ref, comment("v1/empty", { isRetry: true }));
    expect(withKey("v1/empty").map(({ id }) => id)).toEqual([adopted.id]);
  });

  it("a refused token is renewed, once, and the request goes again", async () => {
    const { double } = sample;
    // Older than the seconds in which a new token may not be known everywhere.
    const realNow = Date.now;
    Date.now = () => realNow() + 20_000;
    try {
      for (const token of double.state.tokens.values())
        if (token.kind === "installation") token.expiresAt = new Date(0);
      const minted = double.journal.entries.filter(({ path }) => path.endsWith("/access_tokens")).length;
      await publisher.upsertComment(ref, comment("v1/renewed"));
      expect(withKey("v1/renewed")).toHaveLength(1);
      const after = double.journal.entries.filter(({ path }) => path.endsWith("/access_tokens")).length;
      expect(after).toBe(minted + 1);
    } finally {
      Date.now = realNow;
    }
  });

  it("a redirect to another server is not followed, and the token stays here", async () => {
    const heard: string[] = [];
    const other = createServer((request, response) => {
      heard.push(`${request.method} ${request.headers.authorization}`);
      response.end("{}");
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on TCP
    const { port } = other.address() as AddressInfo;
    const match = { method: "POST", path: /issues\/\d+\/comments$/ };
    sample.double.faults.add({ match, fault: { kind: "redirect", location: `http://127.0.0.1:${port}/x` } });
    await expect(publisher.upsertComment(ref, comment("v1/away"))).rejects.toMatchObject({ code: "GITHUB_REDIRECTED" });
    expect(heard).toEqual([]);
    other.close();
  });

  it("the POST to a renamed repository arrives as a POST", async () => {
    const { double, owner, repository } = sample;
    await double.renameRepository(owner, repository, "bazaar");
    const posted = await publisher.upsertComment(ref, comment("v1/renamed"));
    expect(withKey("v1/renamed").map(({ id }) => id)).toEqual([posted.id]);
    expect((await publisher.upsertComment(ref, comment("v1/renamed", { isRetry: true }))).id).toBe(posted.id);
  });
});

it("everything that was sent keeps GitHub's contracts", () => {
  expect(sample.double.journal.entries.length).toBeGreaterThan(20);
  expect(judgeJournal(sample.double.journal)).toEqual([]);
});
