// Repositories that attack whoever checks them out. Each attack was first seen to work on a naive checkout.
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { pathToBytes } from "../../src/findings/diff-path.ts";
import { parseDiff } from "../../src/findings/diff.ts";
import { localEnvironment } from "../../src/git/environment.ts";
import { disposeLocalCheckout, localCheckout } from "../../src/git/local-checkout.ts";
import { gitHarness, onDisk, summary, TOKEN } from "../support/git-harness.ts";
import { writeBomb, writeCommit, writeObject, writeTree } from "../support/hostile-repo.ts";
import { utf8Name, type Content } from "../support/sample-repo.ts";

const harness = await gitHarness();
const { repo, root, server, tmp, prepare, prepareCommits } = harness;
afterAll(() => harness.close());
beforeEach(() => {
  server.requests.length = 0;
  server.answerWith(undefined);
});

/** Every file below a folder, as one text. */
function everything(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: "utf8" })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.name}\n${readFileSync(join(entry.parentPath, entry.name), "latin1")}`)
    .join("\n");
}

describe("names", () => {
  test("odd but legal names arrive byte for byte, and their diff is whole", async () => {
    const names = [
      "new\nline",
      "\x1b[2J",
      "--upload-pack=touch x",
      "$(touch x)",
      "`id`",
      "a b",
      '"q"',
      "back\\slash",
      "*",
      ":(top)x",
      "\xff\xfe",
      utf8Name("名前"),
      "con",
      "-",
      "a\tb",
    ];
    const checkout = await prepare(
      { keep: "k" },
      Object.fromEntries([["keep", "k"], ...names.map((name) => [name, `${name}\n`])]),
    );
    const written = readdirSync(Buffer.from(checkout.checkoutDir), { encoding: "buffer" }).map((name) =>
      name.toString("latin1"),
    );

    expect(written.sort()).toEqual([...names].sort());
    expect(checkout.files.map((file) => Buffer.from(pathToBytes(file.path)).toString("latin1")).sort()).toEqual(
      [...names].sort(),
    );
    expect(
      parseDiff(checkout.diff)
        .map((file) => file.path)
        .sort(),
    ).toEqual(checkout.files.map((file) => file.path).sort());
    expect(existsSync(join(checkout.checkoutDir, "x"))).toBe(false);
  });

  test("a name longer than the disk allows is named, not fatal", async () => {
    const checkout = await prepare({}, { ["n".repeat(300)]: "1\n", ok: "1\n" });

    expect(checkout.files.map((file) => file.omitted)).toEqual(["too_many", null]);
  });

  test("names that differ in case only", async () => {
    const checkout = await prepare({}, { readme: "small\n", README: "BIG\n", "dir/a": "1\n", "DIR/a": "2\n" });

    expect(onDisk(checkout)).toHaveLength(4);
    expect(readFileSync(join(checkout.checkoutDir, "README"), "utf8")).toBe("BIG\n");
  });

  test.each([".git", ".GIT", "git~1", "..", ".", "a/b"])("a tree entry %s is refused as a whole", async (name) => {
    const blob = writeObject(repo, "blob", "x\n");
    const base = repo.commit({ a: "1\n" });
    const inner = writeTree(repo, [{ mode: "100644", name: "config", id: blob }]);
    const isFile = name === "a/b";
    const tree = writeTree(repo, [{ mode: isFile ? "100644" : "40000", name, id: isFile ? blob : inner }]);
    const running = prepareCommits(base, writeCommit(repo, tree, [base]));

    await expect(running).rejects.toMatchObject({ name: "PermanentError", code: "GIT_UNSAFE_OBJECTS" });
    expect(existsSync(tmp) ? readdirSync(tmp).filter((each) => each.includes(name)) : []).toEqual([]);
  });

  test("without fsck, for a repository on this machine, nothing leaves the folder either", async () => {
    const blob = writeObject(repo, "blob", "x\n");
    const base = repo.commit({ a: "1\n" });
    const up = writeTree(repo, [{ mode: "100644", name: "escaped", id: blob }]);
    const tree = writeTree(repo, [{ mode: "40000", name: "..", id: up }]);
    repo.setRef("refs/heads/evil", writeCommit(repo, tree, [base]));
    const running = localCheckout({ repoDir: repo.dir, base, head: "evil", tmpDir: tmp });

    await expect(running).rejects.toMatchObject({ name: "PermanentError" });
    expect(readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("escaped"))).toEqual(
      [],
    );
  });
});

describe("links, attributes, filters, submodules", () => {
  test("symlinks are shown in the diff and never made", async () => {
    const after: Record<string, Content> = {
      leak: { mode: "120000", content: "/etc/passwd" },
      up: { mode: "120000", content: "../../.." },
      "file.ts": "x\n",
    };
    const checkout = await prepare({}, after);

    expect(summary(checkout)).toEqual(["added file.ts 2 here", "added leak null symlink", "added up null symlink"]);
    expect(onDisk(checkout)).toEqual(["file.ts"]);
    expect(lstatSync(join(checkout.checkoutDir, "file.ts")).isFile()).toBe(true);
    expect(checkout.diff).toContain("+/etc/passwd\n\\ No newline");
  });

  test("attributes hide nothing and change nothing", async () => {
    const attributes =
      "* -diff\n*.ts binary\n*.js -text diff=evil filter=evil ident working-tree-encoding=UTF-16\n* export-ignore\n";
    const before = { ".gitattributes": attributes, "a.ts": "1\n", "b.js": "$Id$\r\n" };
    const checkout = await prepare(before, {
      ".gitattributes": attributes,
      "a.ts": "2\n",
      "b.js": "$Id$\r\nevil()\r\n",
    });

    expect(checkout.diff).toContain("-1\n+2\n");
    expect(checkout.diff).toContain("+evil()\r\n");
    expect(readFileSync(join(checkout.checkoutDir, "b.js"), "latin1")).toBe("$Id$\r\nevil()\r\n");
  });

  test("attributes lose against ours wherever git looks for them; newer versions read those of HEAD in a bare repository", async () => {
    const checkout = await prepare(
      {},
      { ".gitattributes": "* -diff filter=evil working-tree-encoding=UTF-16 ident\n", a: "1\n" },
    );
    const environment = { ...localEnvironment(), GIT_INDEX_FILE: join(checkout.gitDir, "index") };
    const git = (...args: string[]): string =>
      execFileSync("git", [`--git-dir=${checkout.gitDir}`, ...args], { env: environment, encoding: "utf8" });
    git("read-tree", "HEAD");
    const lines = git("check-attr", "--cached", "diff", "filter", "working-tree-encoding", "ident", "--", "a");

    expect(lines.trim().split("\n")).toEqual([
      "a: diff: unspecified",
      "a: filter: unset",
      "a: working-tree-encoding: unset",
      "a: ident: unset",
    ]);
  });

  test("settings and commands that a repository brings are never used", async () => {
    const proof = join(root, "proof");
    const config = `[core]\n\tbare = true\n\tfsmonitor = "touch ${proof}; false"\n\tsshCommand = "touch ${proof}"\n[diff "evil"]\n\ttextconv = "touch ${proof}; cat"\n\tcommand = "touch ${proof}"\n[filter "evil"]\n\tsmudge = "touch ${proof}; cat"\n\tclean = "touch ${proof}; cat"\n\trequired = true\n`;
    const after = {
      HEAD: "ref: refs/heads/main\n",
      config,
      "objects/x": "",
      "refs/x": "",
      ".gitattributes": "* diff=evil filter=evil\n",
      ".lfsconfig": `[lfs]\n\turl = ${server.url}/steal\n`,
      "big.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
      ".gitmodules": `[submodule "s"]\n\tpath = s\n\turl = ${server.url}/steal.git\n`,
      s: { mode: "160000" as const, content: "3".repeat(40) },
    };
    const checkout = await prepare({ a: "1\n" }, after);
    repo.setRef("refs/heads/evil", checkout.headSha);
    repo.git(["config", "diff.evil.textconv", `touch ${proof}; cat`]);
    repo.git(["config", "core.fsmonitor", `touch ${proof}; false`]);
    const local = await localCheckout({ repoDir: repo.dir, base: checkout.mergeBaseSha, head: "evil", tmpDir: tmp });

    expect(existsSync(proof)).toBe(false);
    expect(server.requests.filter((request) => request.path.includes("steal"))).toEqual([]);
    expect(readFileSync(join(checkout.checkoutDir, "big.bin"), "utf8")).toContain("git-lfs");
    expect(local.diff).toBe(checkout.diff);
    await disposeLocalCheckout(local);
  });

  test("hooks and settings of the machine are never used", async () => {
    const home = join(root, "home");
    mkdirSync(home);
    writeFileSync(
      join(home, ".gitconfig"),
      `[core]\n\thooksPath = ${home}\n[url "http://127.0.0.1:1/"]\n\tinsteadOf = http\n`,
    );
    const usual = process.env["HOME"];
    process.env["HOME"] = home;
    const checkout = await prepare({ a: "1\n" }, { a: "2\n" }).finally(() => {
      if (usual === undefined) delete process.env["HOME"];
      else process.env["HOME"] = usual;
    });

    expect(summary(checkout)).toEqual(["modified a 2 here"]);
  });
});

describe("bombs", () => {
  test("a tree of ten thousand million files is refused in little time", async () => {
    const base = repo.commit({ a: "1\n" });
    const start = performance.now();
    // The time limit is the net under this test: without the guard git would eat all memory.
    const running = prepareCommits(base, writeBomb(repo, 10), { limits: { timeoutMs: 6_000 } });

    await expect(running).rejects.toMatchObject({ name: "PermanentError", code: "CHANGE_TOO_LARGE" });
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test("50 MB of zeros and a line of 10 MB cost no memory and are named", async () => {
    const before = process.memoryUsage().rss;
    const checkout = await prepare(
      {},
      { zeros: Buffer.alloc(50_000_000), "line.js": "x".repeat(10_000_000), ok: "1\n" },
    );

    expect(summary(checkout)).toEqual([
      "added line.js 10000000 too_large",
      "added ok 2 here",
      "added zeros 50000000 too_large",
    ]);
    expect(checkout.diff.length).toBeLessThan(1_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(400_000_000);
  });
});

describe("the token", () => {
  test("goes to the server in a header, and is nowhere else: not in arguments, not on the disk", async () => {
    const lines = new Set<string>();
    const watch = setInterval(() => {
      for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
        try {
          const line = readFileSync(`/proc/${pid}/cmdline`, "latin1");
          if (line.includes("git")) lines.add(line);
        } catch {
          // Gone meanwhile.
        }
      }
    }, 2);
    const checkout = await prepare({ a: "1\n" }, { a: "2\n" });
    clearInterval(watch);
    const encoded = Buffer.from(`x-access-token:${TOKEN}`).toString("base64");

    expect(lines.size).toBeGreaterThan(2);
    expect([...lines].filter((line) => line.includes(TOKEN) || line.includes(encoded))).toEqual([]);
    expect(server.requests.length).toBeGreaterThan(2);
    expect(new Set(server.requests.map((request) => request.authorization))).toEqual(new Set([`Basic ${encoded}`]));
    const disk = everything(join(checkout.gitDir, ".."));
    expect([disk.includes(TOKEN), disk.includes(encoded), disk.includes(server.url)]).toEqual([false, false, false]);
  });

  test("does not follow a redirect to another host", async () => {
    const seen: string[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization ?? "none");
      response.end();
    });
    await new Promise<void>((resolve) => void other.listen(0, "127.0.0.1", resolve));
    const address = other.address();
    const port = typeof address === "object" ? address?.port : 0;
    server.answerWith((response, request) => {
      response.writeHead(301, { location: `http://127.0.0.1:${port}${request.url}` }).end();
    });

    await expect(prepare({ a: "1\n" }, { a: "2\n" })).rejects.toMatchObject({ code: "GIT_FETCH_FAILED" });
    expect(seen).toEqual([]);
    other.close();
  });

  test("after the fetch nothing can reach the server any more", async () => {
    const checkout = await prepare({ a: "1\n" }, { a: "2\n", "yarn.lock": "x\n" });
    server.requests.length = 0;
    await harness.checkouts().verify(checkout);

    expect(readFileSync(join(checkout.gitDir, "config"), "utf8")).not.toMatch(/remote|promisor|http/);
    expect(server.requests).toEqual([]);
  });
});
