// The facts that the pages are held against, read from the tree: which files, commands, variables and messages there are.
// Lists that must be complete in a page (error codes, log messages, metrics) are made here from the source itself.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Every Markdown page of the project, by path. Texts that are somebody's test input are no pages. */
export function readPages() {
  const paths = listed("*.md").filter((path) => !path.startsWith("tests/fixtures/"));
  return new Map(paths.map((path) => [path, readFileSync(join(root, path), "utf8")]));
}

/** `commands`: COMMANDS of src/cli/commands.ts, from the source or from dist/. */
export function readFacts(commands) {
  const files = listed();
  const source = files.filter((path) => !path.endsWith(".md") && !/\.(?:png|woff2|json)$/.test(path));
  const text = source.map((path) => readFileSync(join(root, path), "utf8")).join("\n");
  const words = new Set(text.match(/\w+/g));
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return {
    exists: (path) => existsSync(join(root, path)),
    isInSource: (word) => words.has(word),
    commands,
    npmScripts: Object.keys(scripts),
    mustMention: new Map([
      ["docs/troubleshooting.md", [...errorCodes(), ...failureClasses()]],
      ["docs/operations.md", [...logMessages(files), ...metrics(), ...readinessChecks(files)]],
      ["docs/README.md", pagesToList(files)],
    ]),
  };
}

/** Files under version control or about to be. */
function listed(pattern) {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", ...(pattern ? ["--", pattern] : [])];
  const paths = execFileSync("git", args, { cwd: root, encoding: "utf8" }).split("\0");
  return paths.filter((path) => path !== "" && existsSync(join(root, path)));
}

function errorCodes() {
  const table = readFileSync(join(root, "docs/errors.md"), "utf8");
  return [...table.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, code]) => [
    `\`${code}\``,
    "docs/errors.md lists this code: say what causes it and what to do",
  ]);
}

function failureClasses() {
  const text = readFileSync(join(root, "src/report/failure.ts"), "utf8");
  const type = /type FailureClass =(?<names>[^;]+);/.exec(text)?.groups?.names ?? "";
  return [...type.matchAll(/"([a-z_]+)"/g)].map(([, name]) => [
    `\`${name}\``,
    "a reviewer's failure is shown with this word: say what causes it and what to do",
  ]);
}

/** First arguments of `log.warn` and `log.error`. The queue in memory is for tests. */
function logMessages(files) {
  const messages = new Set();
  for (const path of files) {
    if (!/^(?:src|workers)\/.*\.ts$/.test(path) || path.startsWith("src/queue/memory-")) continue;
    const text = readFileSync(join(root, path), "utf8");
    for (const [, message] of text.matchAll(/\blog\.(?:warn|error)\(\s*"((?:[^"\\]|\\.)+)"/g)) messages.add(message);
  }
  return [...messages].map((message) => [
    `\`${message}\``,
    "the log says this as a warning or an error: say what it means and what to do",
  ]);
}

function metrics() {
  const text = readFileSync(join(root, "src/http/metrics.ts"), "utf8");
  return [...text.matchAll(/name: "(rondo_[a-z_]+)"/g)].map(([, name]) => [
    `\`${name}\``,
    "/metrics has this one: say what it means",
  ]);
}

function readinessChecks(files) {
  return files
    .filter((path) => /^(?:src|workers)\/.*\.ts$/.test(path))
    .flatMap((path) => {
      const text = readFileSync(join(root, path), "utf8");
      return text.includes("ReadinessCheck")
        ? [...text.matchAll(/^ {4}name: "([a-z ]+)",\n {4}(?:async )?run/gm)].map(([, name]) => name)
        : [];
    })
    .map((name) => [`\`${name}\``, "/readyz has this check: say what it means and what to do"]);
}

function pagesToList(files) {
  const pages = files.filter((path) => /^docs\/[\w-]+\.md$/.test(path) && path !== "docs/README.md");
  return pages.map((path) => [`](${path.slice("docs/".length)})`, "the index of docs/ leaves this page out"]);
}
