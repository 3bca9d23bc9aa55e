// A tour of the whole double: every REST route once with success, every webhook it can send, GraphQL and a page. The
// journal it leaves is what the judges look at; a new route or event belongs in here.
import type { Sample } from "./sample.ts";
import { appJwt, mint } from "./sample.ts";

/** Answers are read by key or as a list; only ids are ever used. */
type Call = (
  method: string,
  path: string,
  body?: unknown,
) => Promise<Record<string, unknown> & Record<string, unknown>[]>;

/** Calls as the installation; `asApp` as the App itself. A status above 399 ends the tour with the answer's text. */
function callers({ api, token }: Sample): { call: Call; asApp: Call } {
  const through =
    (credential: string): Call =>
    async (method, path, body) => {
      const answer = await api(method, path, { token: credential, ...(body === undefined ? {} : { body }) });
      if (answer.status > 399) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
      return answer.body;
    };
  return { call: through(token), asApp: through(appJwt()) };
}

/** REST, part by part; the order matters only where a part ends what it made. */
export async function tourRest(sample: Sample): Promise<void> {
  const { call, asApp } = callers(sample);
  await tourApp(sample, call, asApp);
  await tourCode(sample, call);
  await tourChecks(sample, call);
  await tourConversation(sample, call);
  await tourReviews(sample, call);
  await tourPulls(sample, call);
  await tourGraphql(sample);
  const spare = await mint(sample.api, sample.installation.id);
  await sample.api("DELETE", "/installation/token", { token: spare });
}

async function tourApp({ installation, path, double }: Sample, call: Call, asApp: Call): Promise<void> {
  for (const route of ["/app", "/app/installations", `/app/installations/${installation.id}`, `${path}/installation`]) {
    await asApp("GET", route);
  }
  await asApp("POST", `/app/installations/${installation.id}/access_tokens`, {
    repositories: ["shop"],
    permissions: { contents: "read" },
  });
  await asApp("GET", "/app/hook/config");
  await asApp("PATCH", "/app/hook/config", { content_type: "json" });
  await double.deliveries.settled();
  const [delivery] = await asApp("GET", "/app/hook/deliveries?per_page=1");
  const id = delivery?.["id"];
  await asApp("GET", `/app/hook/deliveries/${String(id)}`);
  await asApp("POST", `/app/hook/deliveries/${String(id)}/attempts`);
  for (const route of ["/installation/repositories", "/rate_limit", "/meta", "/users/olga"]) await call("GET", route);
}

async function tourCode({ path, pull }: Sample, call: Call): Promise<void> {
  const routes = [
    "",
    "/collaborators/arno/permission",
    "/commits?sha=feature&per_page=5",
    `/commits/${pull.headSha}`,
    `/commits/${pull.headSha}/pulls`,
    "/branches/main",
    "/git/ref/heads/feature",
    `/compare/main...${pull.headSha}`,
    "/contents/base.txt?ref=feature",
    "/contents/",
  ];
  for (const route of routes) await call("GET", `${path}${route}`);
}

async function tourChecks({ path, pull, author, owner, repository, double, api }: Sample, call: Call): Promise<void> {
  const sha = pull.headSha;
  const annotation = {
    path: "base.txt",
    start_line: 10,
    end_line: 10,
    annotation_level: "failure",
    message: "no",
    title: "RD-1",
  };
  const output = { title: "1 blocking finding open", summary: "Round 1", text: "more", annotations: [annotation] };
  const run = await call("POST", `${path}/check-runs`, {
    name: "Rondo",
    head_sha: sha,
    external_id: "k",
    status: "in_progress",
  });
  const one = `${path}/check-runs/${String(run["id"])}`;
  const actions = [{ label: "Re-review", description: "Start a round", identifier: "review" }];
  await call("PATCH", one, { status: "completed", conclusion: "failure", output, actions });
  await call("GET", one);
  await call("GET", `${one}/annotations`);
  await call("POST", `${one}/rerequest`);
  await call("GET", `${path}/commits/${sha}/check-runs?filter=latest`);
  await call("GET", `${path}/commits/${sha}/check-suites`);
  const [suite] = double.state.checkSuites.values();
  const ofSuite = `${path}/check-suites/${String(suite?.id)}`;
  await call("GET", ofSuite);
  await call("GET", `${ofSuite}/check-runs`);
  await call("POST", `${ofSuite}/rerequest`);
  await double.setStatus(owner, repository, { sha, state: "success", context: "ci", description: "fine" });
  const person = { token: double.tokenFor(owner), body: { state: "pending", context: "lint" } };
  await api("POST", `${path}/statuses/${sha}`, person);
  await call("GET", `${path}/commits/${sha}/status`);
  await call("GET", `${path}/commits/${sha}/statuses`);
  const known = double.state.checkRuns.get(Number(run["id"]));
  if (known) await double.pressButton(author, known, "review");
}

async function tourConversation({ path, pull }: Sample, call: Call): Promise<void> {
  const issue = `${path}/issues/${pull.number}`;
  const comment = await call("POST", `${issue}/comments`, { body: "A comment." });
  const one = `${path}/issues/comments/${String(comment["id"])}`;
  await call("GET", issue);
  await call("GET", `${issue}/comments?per_page=1`);
  await call("GET", `${path}/issues/comments?since=2020-01-01T00:00:00Z&sort=updated`);
  await call("GET", one);
  await call("PATCH", one, { body: "Another text." });
  await tourReactions(call, one, "eyes");
  await tourReactions(call, issue, "+1");
  await call("DELETE", one);
  await call("POST", `${issue}/labels`, { labels: ["rondo", "needs review"] });
  await call("GET", `${issue}/labels`);
  await call("DELETE", `${issue}/labels/needs%20review`);
  await call("PUT", `${issue}/lock`, { lock_reason: "resolved" });
  await call("DELETE", `${issue}/lock`);
}

async function tourReactions(call: Call, subject: string, content: string): Promise<void> {
  const reaction = await call("POST", `${subject}/reactions`, { content });
  await call("GET", `${subject}/reactions`);
  await call("DELETE", `${subject}/reactions/${String(reaction["id"])}`);
}

async function tourReviews({ path, pull }: Sample, call: Call): Promise<void> {
  const all = `${path}/pulls/${pull.number}/reviews`;
  const remark = { path: "base.txt", line: 10, side: "RIGHT", body: "Look here." };
  const range = { ...remark, start_line: 8, start_side: "RIGHT" };
  const removed = { ...remark, side: "LEFT" };
  const comments = [remark, range, removed];
  const review = await call("POST", all, {
    commit_id: pull.headSha,
    event: "REQUEST_CHANGES",
    body: "One thing.",
    comments,
  });
  const one = `${all}/${String(review["id"])}`;
  await call("GET", all);
  await call("GET", one);
  await call("PUT", one, { body: "One thing, said better." });
  const [first] = await call("GET", `${one}/comments`);
  await call("PUT", `${one}/dismissals`, { message: "Settled.", event: "DISMISS" });
  const pending = await call("POST", all, { body: "Later." });
  await call("DELETE", `${all}/${String(pending["id"])}`);
  const second = await call("POST", all, { body: "Later." });
  await call("POST", `${all}/${String(second["id"])}/events`, { event: "COMMENT", body: "Now." });
  await tourReviewComments({ path, pull }, call, first?.["id"]);
}

async function tourReviewComments(
  { path, pull }: Pick<Sample, "path" | "pull">,
  call: Call,
  id: unknown,
): Promise<void> {
  const all = `${path}/pulls/${pull.number}/comments`;
  const one = `${path}/pulls/comments/${String(id)}`;
  await call("GET", all);
  await call("GET", `${path}/pulls/comments?sort=created&direction=desc`);
  await call("GET", one);
  await call("PATCH", one, { body: "Look here, please." });
  await call("POST", `${all}/${String(id)}/replies`, { body: "Looked." });
  await tourReactions(call, one, "rocket");
  const file = await call("POST", all, {
    body: "A word on the file.",
    commit_id: pull.headSha,
    path: "base.txt",
    subject_type: "file",
  });
  await call("DELETE", `${path}/pulls/comments/${String(file["id"])}`);
}

async function tourPulls({ path, author, repository, double, pull }: Sample, call: Call): Promise<void> {
  await call("GET", `${path}/pulls?state=open&head=olga:feature`);
  await double.pushCommit(author, repository, { branch: "second", files: { "new.txt": "new\n" } });
  const made = await call("POST", `${path}/pulls`, {
    title: "Second",
    head: "second",
    base: "main",
    draft: true,
    body: "x",
  });
  const one = `${path}/pulls/${String(made["number"])}`;
  await call("GET", one);
  await call("PATCH", one, { title: "Second, renamed" });
  await call("GET", `${one}/files?per_page=100`);
  await call("GET", `${one}/commits`);
  const opened = double.pull(repository, Number(made["number"]));
  await double.markReady(author, opened);
  await call("PUT", `${one}/merge`, { merge_method: "merge" });
  await call("GET", `${path}/pulls/${pull.number}`);
}

async function tourGraphql({ double, token, pull }: Sample): Promise<void> {
  const query = `query($id: ID!) { node(id: $id) { ... on PullRequest { reviewThreads(first: 5) { nodes { id } } } } }`;
  const response = await fetch(`${double.url}/api/graphql`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables: { id: pull.nodeId } }),
  });
  const text = await response.text();
  if (!text.includes("PRRT_")) throw new Error(`GraphQL answered ${response.status}: ${text}`);
}

/** Everything people do that the App hears of. */
export async function tourEvents({ double, owner, author, repository, installation, pull }: Sample): Promise<void> {
  const sha = await double.pushCommit(author, repository, { branch: "feature", files: { "base.txt": "short\n" } });
  await double.forcePush(author, repository, "feature", pull.baseSha);
  await double.forcePush(author, repository, "feature", sha);
  await double.editPullRequest(author, pull, { title: "A better title" });
  await double.pushCommit(owner, repository, { branch: "next", files: { "other.txt": "y\n" } });
  await double.retarget(author, pull, "next");
  await double.retarget(author, pull, "main");
  await double.convertToDraft(author, pull);
  await double.markReady(author, pull);
  await double.label(owner, pull, "urgent");
  await double.unlabel(owner, pull, "urgent");
  await double.close(author, pull);
  await double.reopen(author, pull);
  const review = await double.submitReview(owner, pull, { event: "APPROVE", body: "Good." });
  await double.dismissReview(owner, review);
  const [thread] = double.state.threads.values();
  const remark = [...double.state.reviewComments.values()].find(({ threadId }) => threadId === thread?.id);
  if (!thread || !remark) throw new Error("the tour of reviews left no thread");
  await double.resolveThread(owner, thread);
  await double.unresolveThread(owner, thread);
  await double.editReviewComment(author, await double.replyToThread(author, remark, "Why?"), "Why not?");
  const group = await double.requestMergeGroup(owner, repository, [pull]);
  await double.destroyMergeGroup(owner, group, "dequeued");
  const fork = await double.createFork(double.createUser("fay"), repository);
  await double.pushCommit(double.user("fay"), fork, { branch: "idea", files: { "idea.txt": "1\n" } });
  const foreign = await double.openPullRequest(double.user("fay"), repository, {
    title: "Idea",
    head: "idea",
    headRepository: fork,
  });
  await double.pushCommit(double.user("fay"), fork, { branch: "idea", files: { "idea.txt": "2\n" } });
  await double.deleteBranch(double.user("fay"), fork, "idea");
  await double.comment(author, foreign, "Too bad.");
  const other = await double.createRepository({ owner, name: "spare", files: { "a.txt": "a\n" } });
  await double.archiveRepository(owner, other);
  await double.unarchiveRepository(owner, other);
  await double.renameRepository(owner, other, "spare-two");
  await double.transferRepository(owner, other, double.createOrganization("acme"));
  await double.deleteRepository(double.user("acme"), other);
  await double.acceptPermissions(owner, installation, { ...installation.permissions, actions: "read" });
  await double.suspendApp(owner, installation);
  await double.unsuspendApp(owner, installation);
  await double.removeFromInstallation(owner, installation, [repository]);
  await double.addToInstallation(owner, installation, [repository]);
  await double.uninstallApp(owner, installation);
}

/** Creating an App from a manifest. It takes the place of the one before, so it comes last. */
export async function tourRegistration({ double, api }: Sample): Promise<void> {
  const manifest = JSON.stringify({
    name: "Rondo Two",
    url: "https://rondo.example",
    hook_attributes: { url: "https://rondo.example/api/github/webhooks" },
    redirect_url: "https://rondo.example/back",
    default_permissions: { pull_requests: "write" },
    default_events: ["pull_request"],
  });
  const body = new URLSearchParams({ manifest, name: "Rondo Two", state: "s" });
  const made = await fetch(`${double.url}/settings/apps/create`, { method: "POST", body, redirect: "manual" });
  const code = new URL(made.headers.get("location") ?? "").searchParams.get("code");
  await api("POST", `/app-manifests/${String(code)}/conversions`);
}
