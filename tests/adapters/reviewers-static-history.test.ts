// Rules against bugs that people really made and fixed. Each case names a public commit and what it fixed; the code here
// is our own, cut down to the shape of the bug and of the fix. The rules were also run over the commits themselves:
// each one spoke before the fix and no longer at that place after it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { analyseText } from "../support/static-analysis.ts";

type Case = { rule: string; commit: string; fixed: string; path: string; before: string; after: string };

const CASES: readonly Case[] = [
  {
    rule: "go-lock-held-on-return",
    commit: "prometheus/prometheus@f3c6d26781c4d099fad1fb2009dbc8d5f2ad4fcb",
    fixed: "the alert managers stayed locked when an alert could not be encoded",
    path: "notify.go",
    before:
      "package notify\n\nfunc (n *Notifier) Send(sets []*Set) bool {\n\tfor _, set := range sets {\n\t\tset.mu.RLock()\n\t\tif set.payload == nil {\n\t\t\tvar err error\n\t\t\tset.payload, err = encode(set)\n\t\t\tif err != nil {\n\t\t\t\treturn false\n\t\t\t}\n\t\t}\n\t\tpost(set.payload)\n\t\tset.mu.RUnlock()\n\t}\n\treturn true\n}\n",
    after:
      "package notify\n\nfunc (n *Notifier) Send(sets []*Set) bool {\n\tfor _, set := range sets {\n\t\tset.mu.RLock()\n\t\tif set.payload == nil {\n\t\t\tvar err error\n\t\t\tset.payload, err = encode(set)\n\t\t\tif err != nil {\n\t\t\t\tset.mu.RUnlock()\n\t\t\t\treturn false\n\t\t\t}\n\t\t}\n\t\tpost(set.payload)\n\t\tset.mu.RUnlock()\n\t}\n\treturn true\n}\n",
  },
  {
    rule: "go-defer-in-loop",
    commit: "prometheus/prometheus@c999902761c69fc034291b82f52bea2f86a60964",
    fixed: "every folder of a crash recovery stayed open until its end",
    path: "scan.go",
    before:
      "package scan\n\nfunc Scan(base string, names []string) error {\n\tfor _, name := range names {\n\t\tdir, err := os.Open(filepath.Join(base, name))\n\t\tif err != nil {\n\t\t\treturn err\n\t\t}\n\t\tdefer dir.Close()\n\t\tcount(dir)\n\t}\n\treturn nil\n}\n",
    after:
      "package scan\n\nfunc Scan(base string, names []string) error {\n\tfor _, name := range names {\n\t\tdir, err := os.Open(filepath.Join(base, name))\n\t\tif err != nil {\n\t\t\treturn err\n\t\t}\n\t\tcount(dir)\n\t\tdir.Close()\n\t}\n\treturn nil\n}\n",
  },
  {
    rule: "go-error-overwritten",
    commit: "etcd-io/etcd@df86cadd8b8b67a6bd90f23cf1e310988e4f6203",
    fixed: "the error of parsing a member's id was never looked at",
    path: "member.go",
    before:
      "package member\n\nfunc Update(text string) ([]byte, error) {\n\tid, err := strconv.ParseUint(text, 10, 64)\n\tbody, err := json.Marshal(Request{ID: id})\n\treturn body, err\n}\n",
    after:
      "package member\n\nfunc Update(text string) ([]byte, error) {\n\tid, err := strconv.ParseUint(text, 10, 64)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\tbody, err := json.Marshal(Request{ID: id})\n\treturn body, err\n}\n",
  },
  {
    rule: "go-body-not-closed",
    commit: "prometheus/prometheus@ee117713230930c85b34dc32d452443424eb2933",
    fixed: "bodies of answers were never closed",
    path: "endpoints.go",
    before:
      'package endpoints\n\nfunc Check(url string) (bool, error) {\n\treq, err := http.NewRequest("GET", url, nil)\n\tif err != nil {\n\t\treturn false, err\n\t}\n\tresp, err := http.DefaultClient.Do(req)\n\tif err != nil {\n\t\treturn false, err\n\t}\n\treturn resp.StatusCode == http.StatusOK, nil\n}\n',
    after:
      'package endpoints\n\nfunc Check(url string) (bool, error) {\n\treq, err := http.NewRequest("GET", url, nil)\n\tif err != nil {\n\t\treturn false, err\n\t}\n\tresp, err := http.DefaultClient.Do(req)\n\tif err != nil {\n\t\treturn false, err\n\t}\n\tdefer resp.Body.Close()\n\treturn resp.StatusCode == http.StatusOK, nil\n}\n',
  },
  {
    rule: "async-for-each",
    commit: "ether/etherpad-lite@0835bfeabb4babd8ee55111e82462b9d8fd3dd57",
    fixed: "hooks were reported as done before their promises were",
    path: "src/hooks.js",
    before:
      "export async function callAll(hooks, done) {\n  const answers = [];\n  await hooks.forEach(async function (hook) {\n    const answer = await call(hook);\n    answers.push(answer);\n  });\n  done(answers);\n}\n",
    after:
      "export async function callAll(hooks, done) {\n  done(await Promise.all(hooks.map(async (hook) => await call(hook))));\n}\n",
  },
  {
    rule: "parse-int-as-callback",
    commit: "outline/outline@c0ac3173297eae8505de9c35609f1db6f41377cf",
    fixed: "the second and later column widths of a table became NaN",
    path: "src/table.ts",
    before: 'export const widths = (cell: Cell) => cell.colwidth.map(parseInt).join(",");\n',
    after: 'export const widths = (cell: Cell) => cell.colwidth.map(Number).join(",");\n',
  },
  {
    rule: "python-return-in-finally",
    commit: "scrapy/scrapy@bfcee452b0f90dc3c642604bb77cd37f22ac0af1",
    fixed: "errors of a contract's checks were swallowed by the return in finally",
    path: "contract.py",
    before:
      "def wrap(check, callback, response):\n    try:\n        check(response)\n    finally:\n        result = callback(response)\n        return list(result)\n",
    after: "def wrap(check, callback, response):\n    check(response)\n    return list(callback(response))\n",
  },
  {
    rule: "python-collection-changed-while-iterating",
    commit: "celery/celery@6b57d62eaa551a870cc18df85ae35744e41fcf6a",
    fixed: "a set of queues was changed while the loop walked it",
    path: "pool.py",
    before:
      "def flush(queues, readers):\n    for fd in queues:\n        try:\n            reader = readers[fd]\n        except KeyError:\n            queues.discard(fd)\n            continue\n        reader.read()\n",
    after:
      "def flush(queues, readers):\n    gone = set()\n    for fd in queues:\n        try:\n            reader = readers[fd]\n        except KeyError:\n            gone.add(fd)\n            continue\n        reader.read()\n    queues.difference_update(gone)\n",
  },
  {
    rule: "python-mutable-default",
    commit: "mitmproxy/mitmproxy@754f929187e3954eb05971e38bcd3358d3a5e3be",
    fixed: "all frames shared the settings of the default",
    path: "frame.py",
    before:
      "class Frame:\n    def __init__(self, length=0, settings={}):\n        self.length = length\n        self.settings = settings\n",
    after:
      "class Frame:\n    def __init__(self, length=0, settings=None):\n        self.length = length\n        self.settings = {} if settings is None else settings\n",
  },
  {
    rule: "python-literal-identity",
    commit: "mongodb/mongo-python-driver@bb18da769cbc8b4b31a5b3d3e61363ad323a0672",
    fixed: "a value was compared with a number by identity",
    path: "decode.py",
    before: "def decode(document):\n    if document['$min'] is not 1:\n        raise TypeError('must be 1')\n",
    after: "def decode(document):\n    if document['$min'] != 1:\n        raise TypeError('must be 1')\n",
  },
  {
    rule: "python-swallowed-exit",
    commit: "mongodb/mongo-python-driver@822ae0f6c66b6816999d5005ef113ec0ce071017",
    fixed: "closing a socket swallowed KeyboardInterrupt",
    path: "pool.py",
    before: "def close(sock):\n    try:\n        sock.close()\n    except:\n        pass\n",
    after: "def close(sock):\n    try:\n        sock.close()\n    except Exception:\n        pass\n",
  },
  {
    rule: "python-coroutine-not-awaited",
    commit: "spyder-ide/spyder@91e0c85dddbf4171a34187be7b56b4ebe180a5e6",
    fixed: "the remote server was never started because the coroutine was not awaited",
    path: "client.py",
    before:
      "class Client:\n    async def ensure_server(self):\n        await self.start()\n\n    async def new_kernel(self):\n        if not self.running:\n            self.ensure_server()\n        return await self.open()\n",
    after:
      "class Client:\n    async def ensure_server(self):\n        await self.start()\n\n    async def new_kernel(self):\n        if not self.running:\n            await self.ensure_server()\n        return await self.open()\n",
  },
  {
    rule: "python-unsafe-load",
    commit: "buildbot/buildbot@6b10f617d68a55a0b4f6d0afb627cb050e374ab2",
    fixed: "a configuration file was loaded with the loader that can build any object",
    path: "release.py",
    before: "import yaml\n\n\ndef token(path):\n    with open(path) as f:\n        return yaml.load(f)['token']\n",
    after: "import yaml\n\n\ndef token(path):\n    with open(path) as f:\n        return yaml.safe_load(f)['token']\n",
  },
  {
    rule: "merge-conflict-marker",
    commit: "spyder-ide/spyder@c858de034456228360c313638220f928a5b4b85b",
    fixed: "both sides of a merge had been committed with their markers",
    path: "shortcuts.py",
    before: "<<<<<<< HEAD\nimport sys\n=======\nimport os\n>>>>>>> editor\n",
    after: "import sys\n",
  },
];

let workDir = "";
beforeAll(async () => {
  workDir = await mkdtemp(join(tmpdir(), "rondo-history-"));
});
afterAll(() => rm(workDir, { recursive: true, force: true }));

describe("bugs of public repositories", () => {
  it("are of at least ten kinds, each with a full commit id", () => {
    expect(new Set(CASES.map((one) => one.rule)).size).toBeGreaterThanOrEqual(10);
    expect(CASES.filter((one) => !/^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/.test(one.commit))).toEqual([]);
  });

  it.each(CASES.map((one) => [one.rule, one.commit, one] as const))(
    "%s: %s",
    async (rule, _, { path, before, after }) => {
      const found = await analyseText(path, before, workDir);
      const fixed = await analyseText(path, after, workDir);

      expect(found.rules).toEqual([rule]);
      expect(fixed).toEqual({ rules: [], failed: [] });
    },
  );
});
