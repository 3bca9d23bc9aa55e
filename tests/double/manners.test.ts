// REST manners: pages and Link, ETag, redirects, rate limits, media types, big and binary diffs.
import { afterAll, beforeAll, expect, test } from "vitest";
import { mint, startSample } from "./sample.ts";
import type { Sample } from "./sample.ts";

let sample: Sample;
let now = new Date("2026-03-01T10:00:00Z");
beforeAll(async () => {
  sample = await startSample({ clock: () => new Date(Math.max(now.getTime(), Date.now())) });
  now = new Date();
});
afterAll(() => sample.double.stop());

test("pages come with Link headers in the /repositories/{id} form, which are served", async () => {
  const { api, double, author, repository, pull, token, path } = sample;
  for (const body of ["1", "2", "3", "4", "5"]) await double.comment(author, pull, body);
  const first = await api("GET", `${path}/issues/1/comments?per_page=2`, { token });
  const base = `${double.apiUrl}/repositories/${repository.id}/issues/1/comments?per_page=2`;
  expect(first.headers.get("link")).toBe(`<${base}&page=2>; rel="next", <${base}&page=3>; rel="last"`);
  const last = await api("GET", `/repositories/${repository.id}/issues/1/comments?per_page=2&page=3`, { token });
  expect(last.body.map(({ body }: { body: string }) => body)).toEqual(["5"]);
  expect(last.headers.get("link")).toBe(`<${base}&page=2>; rel="prev", <${base}&page=1>; rel="first"`);
});

test("an unchanged answer is 304 and costs nothing; a change gives a new ETag", async () => {
  const { api, double, author, pull, token, path } = sample;
  const first = await api("GET", `${path}/issues/1`, { token });
  const etag = first.headers.get("etag") ?? "";
  const used = first.headers.get("x-ratelimit-used");
  const again = await api("GET", `${path}/issues/1`, { token, headers: { "if-none-match": etag } });
  expect([again.status, again.text, again.headers.get("x-ratelimit-used")]).toEqual([304, "", used]);
  await double.comment(author, pull, "news");
  const changed = await api("GET", `${path}/issues/1`, { token, headers: { "if-none-match": etag } });
  expect(changed.status).toBe(200);
});

test("a renamed repository answers 301 to its id, and git follows the old name", async () => {
  const { api, double, owner, author, token } = sample;
  const repository = await double.createRepository({ owner, name: "before", files: { a: "1" } });
  await double.renameRepository(owner, repository, "after");
  const moved = await api("GET", "/repos/olga/before/contents/a?ref=main", { token });
  expect([moved.status, moved.headers.get("location")]).toEqual([
    301,
    `${double.apiUrl}/repositories/${repository.id}/contents/a?ref=main`,
  ]);
  const followed = await api("GET", `/repositories/${repository.id}/contents/a?ref=main`, { token });
  expect([followed.status, followed.body.name]).toEqual([200, "a"]);
  await double.transferRepository(owner, repository, author);
  expect((await api("GET", "/repos/olga/after", { token: double.tokenFor(owner) })).status).toBe(301);
});

test("since, sort and direction of the repository-wide comment lists", async () => {
  const { api, double, author, owner, token } = sample;
  const repository = await double.createRepository({ owner, name: "talk", files: { a: "1" } });
  await double.pushCommit(author, repository, { branch: "b", files: { a: "2" } });
  const pull = await double.openPullRequest(author, repository, { title: "t", head: "b" });
  const comment = await double.comment(author, pull, "old");
  comment.updatedAt = new Date("2026-01-01T00:00:00Z");
  await double.comment(author, pull, "new");
  const listed = await api(
    "GET",
    "/repos/olga/talk/issues/comments?since=2026-01-02T00:00:00Z&sort=updated&direction=asc",
    { token },
  );
  expect(listed.body.map((one: { body: string }) => one.body)).toEqual(["new"]);
});

test("limits bite when they are set: primary, then content creation with retry-after", async () => {
  const { api, double, token, path } = sample;
  const used = Number((await api("GET", path, { token })).headers.get("x-ratelimit-used"));
  double.limits.settings.primaryPerHour = used;
  const refused = await api("GET", path, { token });
  double.limits.settings.primaryPerHour = null;
  expect([refused.status, refused.headers.get("x-ratelimit-remaining")]).toEqual([403, "0"]);
  Object.assign(double.limits.settings, { contentPerMinute: double.limits.contentCalls() + 1, secondaryStatus: 429 });
  const post = () => api("POST", `${path}/issues/1/comments`, { token, body: { body: "x" } });
  const answers = [await post(), await post()];
  double.limits.settings.contentPerMinute = null;
  expect(answers.map(({ status }) => status)).toEqual([201, 429]);
  expect(answers[1]?.headers.get("retry-after")).toBe("60");
});

test("diff and patch media types, 406 above 300 files", async () => {
  const { api, double, author, repository, token, path } = sample;
  const diff = await api("GET", `${path}/pulls/1`, { token, headers: { accept: "application/vnd.github.diff" } });
  expect([diff.status, diff.text.startsWith("diff --git a/base.txt b/base.txt")]).toEqual([200, true]);
  const patch = await api("GET", `${path}/pulls/1`, { token, headers: { accept: "application/vnd.github.v3.patch" } });
  expect(patch.text).toContain("Subject: [PATCH]");
  const blind = await mint(api, sample.installation.id, { permissions: { pull_requests: "read" } });
  const unread = await api("GET", `${path}/pulls/1`, {
    token: blind,
    headers: { accept: "application/vnd.github.diff" },
  });
  expect(unread.status).toBe(403);
  const files = Object.fromEntries(
    Array.from({ length: 301 }, (_, index) => [`many/${String(index).padStart(3, "0")}.txt`, "x\n"]),
  );
  await double.pushCommit(author, repository, { branch: "many", files });
  const pull = await double.openPullRequest(author, repository, { title: "Many", head: "many" });
  const refused = await api("GET", `${path}/pulls/${pull.number}`, {
    token,
    headers: { accept: "application/vnd.github.diff" },
  });
  expect([refused.status, refused.body.errors[0].code]).toEqual([406, "too_large"]);
  const page = await api("GET", `${path}/pulls/${pull.number}/files?per_page=100&page=4`, { token });
  expect(page.body).toHaveLength(1);
  const compared = await api("GET", `${path}/compare/main...many`, { token });
  expect(compared.body.files).toHaveLength(300);
});

test("renamed, binary, deleted and huge files as GitHub lists them", async () => {
  const { api, double, author, owner, token } = sample;
  const text = Array.from({ length: 30 }, (_, index) => `row ${index}\n`).join("");
  const repository = await double.createRepository({
    owner,
    name: "files",
    files: { "old.txt": text, "gone.txt": "bye\n", "keep.txt": "k\n" },
  });
  const huge = Array.from({ length: 20_001 }, (_, index) => `${index}\n`).join("");
  await double.pushCommit(author, repository, {
    branch: "b",
    files: {
      "old.txt": null,
      "new.txt": text.replace("row 5", "row five"),
      "gone.txt": null,
      "pic.bin": Buffer.from([0, 1, 2, 0]),
      "sub dir/huge.txt": huge,
    },
  });
  const pull = await double.openPullRequest(author, repository, { title: "t", head: "b" });
  const listed = await api("GET", `/repos/olga/files/pulls/${pull.number}/files`, { token });
  const rows = listed.body.map((file: Record<string, unknown>) => [
    file["filename"],
    file["status"],
    file["additions"],
    "patch" in file,
    file["previous_filename"],
  ]);
  expect(rows).toEqual([
    ["gone.txt", "removed", 0, true, undefined],
    ["new.txt", "renamed", 1, true, "old.txt"],
    ["pic.bin", "added", 0, false, undefined],
    ["sub dir/huge.txt", "added", 20_001, false, undefined],
  ]);
});

test("compare gives the merge base, not the base SHA", async () => {
  const { api, double, owner, repository, pull, token, path } = sample;
  await double.pushCommit(owner, repository, { branch: "main", files: { "later.txt": "later" } });
  const answer = await api("GET", `${path}/compare/main...feature`, { token });
  expect(answer.body).toMatchObject({
    status: "diverged",
    ahead_by: 1,
    behind_by: 1,
    merge_base_commit: { sha: pull.baseSha },
  });
  expect(answer.body.files.map((file: { filename: string }) => file.filename)).toEqual(["base.txt"]);
});

test("contents: file, raw, folder, encoded slash, 404", async () => {
  const { api, token, path } = sample;
  const file = await api("GET", `${path}/contents/other.txt`, { token });
  expect(Buffer.from(file.body.content, "base64").toString()).toBe("x\n");
  const raw = await api("GET", `${path}/contents/other.txt`, {
    token,
    headers: { accept: "application/vnd.github.raw+json" },
  });
  expect(raw.text).toBe("x\n");
  const nested = await api("GET", `${path}/contents/many%2F007.txt?ref=many`, { token });
  expect([nested.status, nested.body.path]).toEqual([200, "many/007.txt"]);
  expect((await api("GET", `${path}/contents/many?ref=many`, { token })).body).toHaveLength(301);
  expect((await api("GET", `${path}/contents/absent.yml`, { token })).status).toBe(404);
});
