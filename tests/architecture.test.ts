// The rules of the code base that a compiler and a linter do not know. Each one is asked of the real tree, and once of
// a small tree with a planted violation, so that a rule which stopped working is noticed.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { afterAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { PAYLOADS } from "../src/intent/payload.ts";
import * as generateDocs from "../scripts/generate-docs.mjs";
import { importProblems } from "./support/import-rules.ts";
import { findCycle, type Import, importsOf, readTree, type SourceTree } from "./support/source-tree.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const CODE = ["src", "workers", "double"];
const MAX_LINES = 300;
const FORBIDDEN_NAMES = new Set([
  "index",
  "utils",
  "util",
  "helpers",
  "helper",
  "types",
  "constants",
  "common",
  "misc",
]);
const code = readTree(root, CODE, [".ts"]);
/** Parsed once; two rules ask. */
const imports = importsOf(code);

const LockFile = z.object({
  packages: z.record(z.string(), z.object({ resolved: z.string().optional(), link: z.boolean().optional() })),
});

const planted = mkdtempSync(join(tmpdir(), "rondo-architecture-"));
afterAll(() => rmSync(planted, { recursive: true, force: true }));

describe("imports", () => {
  test("follow the table of layers", () => {
    expect(importProblems(imports)).toEqual([]);
  });

  test.each([
    ["src/errors.ts", `import { readFileSync } from "node:fs";`],
    ["src/round/transition.ts", `import { post } from "../steps/advance.ts";`],
    ["src/findings/diff.ts", `import { spawn } from "node:child_process";`],
    ["src/findings/diff.ts", `import { transition } from "../round/transition.ts";`],
    ["src/ports.ts", `import { newRecord } from "./round/round.ts";`],
    ["src/steps/receive.ts", `import { randomUUID } from "node:crypto";`],
    ["src/steps/receive.ts", `import { run } from "../subprocess/run.ts";`],
    ["src/steps/post-ready.ts", `import { advance } from "./advance.ts";`],
    ["src/steps/post-ready.ts", `import { perform } from "./perform.ts";`],
    ["src/store/rounds.ts", `import { run } from "../subprocess/run.ts";`],
    ["src/store/rounds.ts", `const queue = await import("../queue/jobs.ts");`],
    ["src/git/checkout.ts", `import { Octokit } from "octokit";`],
    ["src/webhook.ts", `import { Queue } from "bullmq";`],
    ["src/webhook.ts", `export { main } from "../workers/review.ts";`],
    ["src/cli/serve.ts", `import { world } from "../../double/world.ts";`],
    ["workers/review.ts", `import { z } from "zod";`],
    ["double/state.ts", `import type { Sha } from "../src/pull-request.ts";`],
    ["src/app.ts", `import { fixture } from "../tests/support/sample.ts";`],
  ])("%s may not say %s", (path, text) => {
    expect(importProblems(importsOf(plant({ [path]: `${text}\n` })))).toHaveLength(1);
  });

  test("have no cycle at run time", () => {
    expect(findCycle(runtimeImports(imports))).toBeUndefined();
  });

  test("a planted cycle is found", () => {
    const tree = plant({
      "src/round/a.ts": `import { b } from "./b.ts";\n`,
      "src/round/b.ts": `export { c as b } from "./c.ts";\n`,
      "src/round/c.ts": `import { a } from "./a.ts";\n`,
    });

    expect(findCycle(runtimeImports(importsOf(tree)))).toEqual([
      "src/round/a.ts",
      "src/round/b.ts",
      "src/round/c.ts",
      "src/round/a.ts",
    ]);
  });
});

describe("files", () => {
  test(`have at most ${MAX_LINES} lines`, () => {
    expect(tooLong(code)).toEqual([]);
  });

  test("a long file is found", () => {
    const tree = plant({
      "src/round/long.ts": "//\n".repeat(MAX_LINES + 1),
      "src/round/fits.ts": "//\n".repeat(MAX_LINES),
    });

    expect(tooLong(tree)).toEqual([`src/round/long.ts has ${MAX_LINES + 1} lines`]);
  });

  test("are named for what they hold", () => {
    expect(badlyNamed([...code.keys()])).toEqual([]);
  });

  test("a file named for nothing is found", () => {
    expect(badlyNamed(["src/round/index.ts", "double/git-helpers.ts", "src/store/paths.ts"])).toEqual([
      "src/round/index.ts",
      "double/git-helpers.ts",
    ]);
  });

  test("open with a comment that says why they are there", () => {
    expect(withoutOpening(code)).toEqual([]);
  });

  test("a file without an opening comment is found", () => {
    expect(withoutOpening(plant({ "src/a.ts": "export const a = 1;\n" }))).toEqual(["src/a.ts"]);
  });
});

describe("app.yml", () => {
  const manifest = join(root, "app.yml");

  test.skipIf(!existsSync(manifest))("asks for exactly the events that are handled", () => {
    expect(eventsOf(readFileSync(manifest, "utf8"))).toEqual(Object.keys(PAYLOADS).toSorted());
  });
});

describe("generated documents", () => {
  test("are what the source says now", async () => {
    expect(await staleDocuments()).toEqual([]);
  });
});

describe("the repository", () => {
  test("names no registry in package-lock.json, so that an installation uses the reader's own", () => {
    expect(registryProblems(readFileSync(join(root, "package-lock.json"), "utf8"))).toEqual([]);
    expect(readFileSync(join(root, ".npmrc"), "utf8")).toContain("omit-lockfile-registry-resolved=true");
  });

  test("a lock file with an address is found", () => {
    const lock = JSON.stringify({ packages: { "node_modules/zod": { resolved: "https://registry.example/zod.tgz" } } });

    expect(registryProblems(lock)).toEqual(["node_modules/zod has an address"]);
  });

  test("names no folder of the machine it was written on", () => {
    const tracked = trackedFiles();

    expect(tracked.length).toBeGreaterThan(50);
    expect(machinePaths(tracked.map((path) => [path, readFileSync(join(root, path), "utf8")]))).toEqual([]);
  });

  test("a folder of this machine is found", () => {
    const found = machinePaths([
      ["a.md", `see ${join(root, "notes.md")}`],
      ["b.md", ["see ", "home", "margaret", "rondo"].join("/")],
      ["c.md", "src/home/page and ~/.config"],
    ]);

    expect(found).toEqual(["a.md", "b.md"]);
  });
});

/** Writes files below a temporary folder and reads them back the way the real tree is read. */
function plant(files: Readonly<Record<string, string>>): SourceTree {
  const folder = mkdtempSync(join(planted, "tree-"));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return readTree(folder, CODE, [".ts"]);
}

/** `import type` is gone at run time, so a cycle of types starts nothing in the wrong order. */
function runtimeImports(all: readonly Import[]) {
  return all.filter((one) => !one.isTypeOnly);
}

function tooLong(tree: SourceTree): readonly string[] {
  return [...tree].flatMap(([path, text]) => {
    const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
    return lines > MAX_LINES ? [`${path} has ${lines} lines`] : [];
  });
}

function badlyNamed(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => {
    const words = basename(path, ".ts").split("-");
    return FORBIDDEN_NAMES.has(words.at(-1) ?? "");
  });
}

function withoutOpening(tree: SourceTree): readonly string[] {
  return [...tree].flatMap(([path, text]) => (/^(?:#!.*\n)?(?:\/\/|\/\*)/.test(text) ? [] : [path]));
}

function eventsOf(manifest: string): readonly string[] {
  return z
    .object({ default_events: z.array(z.string()) })
    .parse(parse(manifest))
    .default_events.toSorted();
}

async function staleDocuments(): Promise<readonly string[]> {
  return generateDocs.staleDocuments((file) => import(/* @vite-ignore */ join(root, file)));
}

function registryProblems(lock: string): readonly string[] {
  const { packages } = LockFile.parse(JSON.parse(lock));
  return Object.entries(packages).flatMap(([path, { resolved, link }]) =>
    resolved === undefined || link === true ? [] : [`${path} has an address`],
  );
}

/** Text files under version control. */
function trackedFiles(): readonly string[] {
  const listed = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" }).split("\0");
  return listed.filter(
    (path) => path !== "" && existsSync(join(root, path)) && !/\.(?:png|jpg|gif|ico|woff2)$/.test(path),
  );
}

/** Files that hold the path of this checkout, or of somebody's home. Fixtures speak of `/home/user` and the like. */
function machinePaths(files: readonly (readonly [path: string, text: string])[]): readonly string[] {
  const checkout = root.replace(/\/$/, "");
  // A checkout right below `/` (a container's /app) is no secret and would match too much.
  const hasTellingPath = checkout.split("/").length > 2;
  const home = /(?<![\w.~-])\/(?:home|Users)\/(?!user\b|alice\b|runner\b|you\b|me\b)[\w.-]+\//;
  return files.flatMap(([path, text]) =>
    (hasTellingPath && text.includes(checkout)) || home.test(text) ? [path] : [],
  );
}
