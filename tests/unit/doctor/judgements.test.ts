// What `rondo doctor` makes of the facts: each judgement at its edges, without a machine, a Redis or a GitHub.
import { describe, expect, it } from "vitest";
import { APP_PERMISSIONS, newAppUrl } from "../../../src/app-manifest.ts";
import {
  exitCodeOfResults,
  missing,
  ok,
  type Finding,
  type Result,
  warning,
  wrong,
} from "../../../src/doctor/check.ts";
import { judgeDataDir, judgeInodes, judgeSpace, judgeStates } from "../../../src/doctor/data-checks.ts";
import {
  explainFailure,
  judgeClock,
  judgeCredentials,
  judgeGitServer,
  judgeReach,
} from "../../../src/doctor/github-access.ts";
import {
  judgeConnector,
  judgeEvents,
  judgeInstallations,
  judgePermissions,
  judgeRepositories,
} from "../../../src/doctor/github-app.ts";
import { judgeGit, judgeNode, judgeSandbox } from "../../../src/doctor/machine.ts";
import { judgeMemory, judgePersistence, judgeServer } from "../../../src/doctor/redis-checks.ts";
import { judgeServerState, judgeWorkers, serverUrl } from "../../../src/doctor/server-checks.ts";
import { judgeNetwork, judgeReviewers, judgeSecret, judgeServerFile } from "../../../src/doctor/settings-checks.ts";
import { networkError } from "../../../src/network-trouble.ts";
import type { RedisFacts } from "../../../src/queue/inspect-redis.ts";

/** `status found → todo`. */
const said = (finding: Finding): string =>
  `${finding.status} ${finding.found}${"todo" in finding ? ` → ${finding.todo}` : ""}`;

describe("the machine", () => {
  const range = "^20.19.0 || >=22.12.0";
  it.each([
    ["20.19.0", "ok"],
    ["20.18.9", "error"],
    ["21.5.0", "error"],
    ["22.11.0", "error"],
    ["22.12.0", "ok"],
    ["24.0.0", "ok"],
    ["20.9.1", "error"],
  ])("Node.js %s: %s", (version, status) => {
    expect(judgeNode(version, range).status).toBe(status);
  });

  it.each([
    ["git version 2.38.0", "ok"],
    ["git version 2.39.5 (Apple Git-154)", "ok"],
    ["git version 3.0.0", "ok"],
    ["git version 2.37.7", "error"],
    ["git version 1.99.9", "error"],
    [null, "error"],
    ["", "error"],
  ])("%j: %s", (line, status) => {
    expect(judgeGit(line).status).toBe(status);
  });

  it("the sandbox: nothing is missing without codex, and codex without commands is a warning with its reason", () => {
    const codex = { file: "/opt/codex", root: null, version: "1.2.3", identity: "1" };
    const report = { blocked: 21, total: 21, leaked: [], problem: null };
    const absent = { problem: "codex was not found.", hint: "", isAbsent: true };
    expect(judgeSandbox({ codex: absent, shell: null }).status).toBe("ok");
    const open = judgeSandbox({ codex, shell: { kind: "commands", bubblewrap: "/usr/bin/bwrap", report } });
    expect(said(open)).toMatch(/^ok .*21 of 21 escapes blocked/);
    const shut = judgeSandbox({ codex, shell: { kind: "none", reason: "bwrap is missing", report: null } });
    expect(said(shut)).toMatch(/^warning codex 1\.2\.3 runs without commands.*bwrap is missing/);
  });
});

const reviewer = (isReady: boolean) => ({
  name: "one",
  preflight: async () =>
    isReady
      ? ({ isReady, label: "one 1.0" } as const)
      : ({ isReady: false, problem: "one is not installed.", hint: "Install one." } as const),
  review: () => Promise.reject(new Error("not in a check-up")),
});

describe("settings", () => {
  it.each([
    ["0123456789abcdef0123456789abcdef", null, "ok 32 bytes"],
    ["0123456789abcdef0123456789abcdef", "f".repeat(32), "ok 32 bytes, and the one before is still taken"],
    ["0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef", "warning WEBHOOK_SECRET_PREVIOUS is the"],
    ["abababababababababababababababab", null, "warning WEBHOOK_SECRET is long, but repeats a few characters"],
  ])("the secret %j with the one before %j: %s", (current, previous, words) => {
    expect(said(judgeSecret(current, previous, []))).toContain(words);
  });

  it("the server file: its lines are named, a missing file is fine, an unreadable one is not taken for missing", () => {
    expect(said(judgeServerFile("/etc/rondo.yml", { text: null }))).toBe("ok none, the defaults apply");
    expect(said(judgeServerFile("/etc/rondo.yml", { text: "a: 1\nbadges: maybe\n" }))).toMatch(
      /^error \/etc\/rondo\.yml: line 1, column 1: unknown key "a"; line 2, column 1: "badges" is not valid/,
    );
    expect(said(judgeServerFile("/etc/rondo.yml", { text: "caps: { runs_per_day: 5 }\n" }))).toMatch(
      /^warning .*"caps\.runs_per_day" has no effect/,
    );
    expect(said(judgeServerFile("/etc/rondo.yml", { unreadable: "EACCES" }))).toContain("cannot be read (EACCES)");
    const many = Array.from({ length: 9 }, (_, index) => `key${index}: 1`).join("\n");
    expect(said(judgeServerFile("f", { text: many }))).toContain("; and 4 more.");
  });

  it("reviewers: each is asked, and one that cannot run is a missing service", async () => {
    const none = { names: ["static", "claude"], commands: {} };
    expect(said(await judgeReviewers(none))).toMatch(
      /^error The reviewer claude is not part of .* → Available: static, openai, codex\./,
    );
    const config = { names: [], commands: {} };
    expect(await judgeReviewers(config, () => [reviewer(true)])).toEqual(ok("one 1.0"));
    expect(await judgeReviewers(config, () => [reviewer(true), reviewer(false)])).toEqual(
      missing("one is not installed.", "Install one."),
    );
  });

  it("the way to GitHub is told without the proxy's password", () => {
    const settings = { proxy: "http://me:canary@proxy.corp:3128", noProxy: "ghe.corp", extraCa: ["PEM"] };
    const judge = (apiUrl: string, warnings: string[] = []): string =>
      said(judgeNetwork({ network: { settings, warnings }, apiUrl, problems: [] }));
    expect(judge("https://api.github.com")).toBe(
      "ok api.github.com through the proxy http://proxy.corp:3128, trusting 1 more certificate (NODE_EXTRA_CA_CERTS)",
    );
    expect(judge("https://ghe.corp/api/v3")).toContain("ghe.corp without a proxy (NO_PROXY has ghe.corp)");
    expect(judge("https://ghe.corp/api/v3", ["They differ."])).toMatch(/^warning They differ\./);
  });
});

describe("the data directory", () => {
  const good = {
    path: "/data",
    place: "/data",
    isThere: true,
    isFolder: true,
    refusal: null,
    mode: 0o700,
    owner: 1000,
    self: 1000,
  };
  it.each([
    [{}, "ok /data"],
    [{ place: "/", isThere: false, mode: 0o755, owner: 0 }, "ok /data, made at the first start"],
    [{ isFolder: false }, "error /data is not a folder."],
    [
      { refusal: "EACCES", owner: 0 },
      "error /data cannot be written (EACCES). This is user 1000, it belongs to user 0.",
    ],
    [{ refusal: "EROFS" }, "error /data cannot be written (EROFS)."],
    [{ owner: 0, self: 1000 }, "warning /data belongs to user 0, and this is user 1000."],
    [{ mode: 0o750 }, "warning /data is open to other users (mode 0750)"],
  ])("%j: %s", (change, words) => {
    expect(said(judgeDataDir({ ...good, ...change }))).toContain(words);
  });

  it("damaged state files are named; those with a whole generation before are a warning", () => {
    const fine = { total: 2, checked: 2, damaged: [], restorable: [] };
    expect(said(judgeStates(fine))).toBe("ok 2 pull requests, all readable");
    expect(said(judgeStates({ ...fine, total: 0, checked: 0 }))).toBe("ok none yet");
    expect(said(judgeStates({ ...fine, total: 900, checked: 500 }))).toBe("ok 500 of 900 read, all readable");
    expect(said(judgeStates({ ...fine, restorable: ["/d/7.json"] }))).toMatch(
      /^warning 1 state file damaged; .*7\.json/,
    );
    const damaged = [1, 2].map((number) => ({ file: `/d/${number}.json`, why: `The file /d/${number}.json is bad.` }));
    expect(said(judgeStates({ ...fine, damaged }))).toMatch(/^error The file \/d\/1\.json is bad\. So are 1 more\./);
  });

  it.each([
    [50, "ok"],
    [1, "ok"],
    [0.99, "warning"],
    [0.09, "error"],
  ])("%d GB free: %s", (gigabytes, status) => {
    expect(judgeSpace(gigabytes * 1024 ** 3).status).toBe(status);
  });

  it.each([
    [1e6, 1e7, "ok"],
    [9999, 1e7, "warning"],
    [999, 1e7, "error"],
    [0, 0, "ok"],
  ])("%d of %d inodes free: %s", (free, total, status) => {
    expect(judgeInodes(free, total).status).toBe(status);
  });
});

describe("Redis", () => {
  const facts: RedisFacts = {
    version: "Redis 7.0.15",
    problems: [],
    isAppendOnly: true,
    evictionPolicy: "noeviction",
    usedBytes: 1024 ** 2,
    maxBytes: 0,
    workers: [],
    waiting: 0,
    failed: 0,
  };
  it("that is not there: a wrong setting for web and worker, a missing program for serve", () => {
    const none = { kind: "none", binary: null, installLine: "apt-get install redis-server" } as const;
    expect(judgeServer(none, "worker")).toMatchObject({ lacks: "configuration" });
    expect(judgeServer(none, "serve")).toMatchObject({ lacks: "service", todo: expect.stringContaining("apt-get") });
    expect(judgeServer({ ...none, binary: "/usr/bin/redis-server" }, "serve").status).toBe("ok");
  });

  it.each([
    ["unreachable", "service"],
    ["password", "configuration"],
    ["permission", "configuration"],
  ] as const)("that is %s lacks %s", (code, lacks) => {
    const problem = { code, level: "error", message: "No.", hint: "Do." } as const;
    expect(judgeServer({ kind: "failed", problem }, "web")).toMatchObject({ status: "error", lacks });
  });

  it.each([
    [0, "ok"],
    [10 * 1024 ** 2, "ok"],
    [1.2 * 1024 ** 2, "warning"],
    [1024 ** 2, "error"],
  ])("1 MB in use of %d: %s", (maxBytes, status) => {
    expect(judgeMemory({ ...facts, maxBytes }).status).toBe(status);
  });

  it("a server that hides its settings is not called wrong", () => {
    expect(judgePersistence({ ...facts, isAppendOnly: null }).status).toBe("ok");
    expect(judgeMemory({ ...facts, usedBytes: null }).status).toBe("ok");
  });

  it("workers and what waits for them", () => {
    expect(said(judgeWorkers(facts))).toBe("skipped none runs yet");
    expect(said(judgeWorkers({ ...facts, waiting: 3 }))).toMatch(/^error 3 deliveries wait and no worker runs\./);
    const workers = [{ host: "a", pid: 7 }];
    expect(said(judgeWorkers({ workers, waiting: 3, failed: 0 }))).toBe("ok 1 worker: process 7 on a; 3 waiting");
    expect(said(judgeWorkers({ workers, waiting: 0, failed: 2 }))).toMatch(/^warning 2 deliveries failed for good\./);
  });
});

const reach = (skewMs: number | null, status = 200) => ({ value: { status, ms: 12.3, skewMs } });

const failure = (code: string) =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(`it said ${code}`), { code }) });

const refused = (status: number) => ({
  failure: new Error("refused", { cause: Object.assign(new Error("no"), { status, response: {} }) }),
});

describe("the way to GitHub", () => {
  const API = "https://api.github.com";

  it.each([
    [failure("ENOTFOUND"), "The name api.github.com cannot be looked up.", "service"],
    [failure("ECONNREFUSED"), "Nothing answers at api.github.com (connection refused).", "service"],
    [new DOMException("aborted", "TimeoutError"), "does not answer in time", "service"],
    [failure("ERR_TLS_SOMETHING"), "No TLS connection to api.github.com can be made (ERR_TLS_SOMETHING).", "service"],
    [failure("EWHATEVER"), "gives no usable answer (it said EWHATEVER)", "service"],
    [new Error("GitHub answered with a web page instead of data"), "answers with a web page", "configuration"],
    [
      networkError({ kind: "certificateUnknown" }, { host: "api.github.com", proxy: null }),
      "comes from an authority that is not trusted. → Put the company's CA certificate",
      "service",
    ],
    [
      new Error("over", {
        cause: networkError({ kind: "proxyRefused", status: 407 }, { host: "api.github.com", proxy: "http://p:1" }),
      }),
      "The proxy http://p:1 wants another user name or password",
      "service",
    ],
  ])("%s", (error, words, lacks) => {
    const finding = explainFailure(error, API);
    expect(said(finding)).toContain(words);
    expect(finding).toMatchObject({ status: "error", lacks });
  });

  it("an answer is an answer, whatever its status; 5xx is GitHub's own trouble", () => {
    expect(said(judgeReach(reach(0, 401), API))).toBe("ok https://api.github.com answers in 12 ms");
    expect(judgeReach(reach(0, 503), API)).toMatchObject({ lacks: "service" });
  });

  it.each([
    [0, "ok agrees"],
    [1400, "ok agrees"],
    [-8000, "ok 8 s behind"],
    [11_000, "warning This machine's clock is 11 s ahead"],
    [-61_000, "error This machine's clock is 61 s behind"],
    [null, "skipped"],
  ])("a clock that is %d ms off: %s", (skewMs, words) => {
    expect(said(judgeClock(reach(skewMs)))).toContain(words);
  });

  it("a refused signature: a wrong clock and a wrong key are two things", () => {
    expect(said(judgeCredentials(refused(401), reach(0), 7))).toContain("it is not a key of App 7");
    expect(said(judgeCredentials(refused(401), reach(-90_000), 7))).toContain("because this machine's clock is wrong");
    expect(said(judgeCredentials(refused(404), reach(0), 7))).toContain("knows no App with the id 7");
    expect(judgeCredentials(refused(502), reach(0), 7)).toMatchObject({ lacks: "service" });
    expect(judgeCredentials(refused(401), { failure: new Error("gone") }, 7).status).toBe("skipped");
  });

  it("git's own server: another host than the API, but the same GitHub", () => {
    const gone = { failure: failure("ENOTFOUND") };
    expect(said(judgeGitServer(gone, API, "https://github.com"))).toContain("Check GITHUB_SERVER_URL");
    expect(judgeGitServer(gone, "https://ghe.corp/api/v3", "https://ghe.corp").status).toBe("skipped");
    expect(said(judgeGitServer({ value: { status: 200 } }, "https://ghe.corp/api/v3", "https://github.com"))).toContain(
      "are two different GitHubs",
    );
  });
});

const PAGE = "https://github.com/settings/apps/rondo";
const events = new URL(newAppUrl("https://github.com")).searchParams.getAll("events[]");
const app = {
  slug: "rondo",
  htmlUrl: "https://github.com/apps/rondo",
  owner: { login: "me", isOrganization: false },
  permissions: { ...APP_PERMISSIONS },
  events,
};
const installed = (account: string, change: object = {}) => {
  return { id: 1, account, permissions: app.permissions, isSuspended: false, htmlUrl: "https://x/1", ...change };
};

const judgeGranted = (change: object): string =>
  said(judgePermissions({ ...app, permissions: { ...APP_PERMISSIONS, ...change } }, PAGE));
const holding = (total: number) => ({ installation: installed("a"), repositories: { total, newest: [] } });

describe("the App", () => {
  it("permissions: a lower level is missing, a higher one is not, and what a round needs is an error", () => {
    expect(judgeGranted({})).toBe("ok all that app.yml asks for");
    expect(judgeGranted({ contents: "write" })).toMatch(/^ok/);
    expect(judgeGranted({ checks: "read" })).toMatch(
      /^error The App does not ask for checks: write\. → .*rondo\/permissions/,
    );
    expect(judgeGranted({ merge_queues: undefined })).toMatch(/^warning The App does not ask for merge_queues: read\./);
  });

  it("events: without pull requests and comments nothing starts", () => {
    const without = (event: string) => judgeEvents({ ...app, events: events.filter((one) => one !== event) }, PAGE);
    expect(judgeEvents(app, PAGE).status).toBe("ok");
    expect(without("pull_request").status).toBe("error");
    expect(without("merge_group").status).toBe("warning");
  });

  it("installations: none, suspended ones, and permissions that nobody accepted", () => {
    expect(said(judgeInstallations(app, []))).toContain("https://github.com/apps/rondo/installations/new");
    expect(said(judgeInstallations(app, [installed("a"), installed("b")]))).toBe("ok 2 accounts: a, b");
    expect(said(judgeInstallations(app, [installed("a"), installed("b", { isSuspended: true })]))).toMatch(
      /^warning b has suspended the App\./,
    );
    const pending = installed("a", { permissions: { ...APP_PERMISSIONS, checks: "read", issues: undefined } });
    expect(said(judgeInstallations(app, [pending]))).toMatch(
      /^warning a has not accepted issues: write, checks: write yet\./,
    );
    const five = ["a", "b", "c", "d", "e"].map((name) => installed(name, { isSuspended: true }));
    expect(said(judgeInstallations(app, five))).toContain("c has suspended the App. And 2 more.");
  });

  it("repositories: none chosen is said with the page where one is", () => {
    expect(judgeRepositories([]).status).toBe("skipped");
    expect(said(judgeRepositories([holding(0)]))).toMatch(/^warning .*on no repository\. → .*https:\/\/x\/1/);
    expect(said(judgeRepositories([holding(1)]))).toBe("ok 1 repository");
    expect(said(judgeRepositories([holding(3), holding(0)]))).toBe("ok 3 repositories in 2 installations");
  });

  it("the official connector: the alias to keep is named", () => {
    expect(judgeConnector({ looked: 5, found: [] }, ["codex", "rondo"]).status).toBe("ok");
    expect(said(judgeConnector({ looked: 5, found: ["a/b"] }, ["codex", "rondo"]))).toContain("`aliases: [rondo]`");
    expect(said(judgeConnector({ looked: 5, found: ["a/b"] }, ["codex"]))).toContain("`aliases: [rondo]`");
  });
});

describe("a server that runs", () => {
  it.each([
    [{ kind: "absent" }, "skipped"],
    [{ kind: "stranger" }, "error"],
    [{ kind: "rondo", name: "serve", version: "1.0.0", problems: [] }, "ok"],
    [{ kind: "rondo", name: "web", version: "1.0.0", problems: [] }, "warning"],
    [{ kind: "rondo", name: "serve", version: "1.0.0", problems: ["queue: gone"] }, "error"],
  ] as const)("%j: %s", (state, status) => {
    expect(judgeServerState(state, "http://127.0.0.1:3000", "serve").status).toBe(status);
  });

  it.each([
    [null, null, "http://127.0.0.1:3000"],
    ["0.0.0.0", 8080, "http://127.0.0.1:8080"],
    ["::", null, "http://[::1]:3000"],
    ["10.1.2.3", null, "http://10.1.2.3:3000"],
  ])("on %s:%s is asked at %s", (host, port, url) => {
    expect(serverUrl({ host, port }, "serve")).toBe(url);
  });
});

const result = (finding: Finding): Result => ({ id: "a", group: "A", title: "a", ...finding });

describe("the exit code", () => {
  it.each([
    [[ok("fine"), warning("well", "do")], 0],
    [[missing("gone", "do")], 69],
    [[missing("gone", "do"), wrong("bad", "do")], 78],
  ] as const)("%j: %d", (findings, code) => {
    expect(exitCodeOfResults(findings.map(result))).toBe(code);
  });
});
