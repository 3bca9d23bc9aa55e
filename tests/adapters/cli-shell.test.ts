// `rondo` among shells: completion in real bash and zsh, pipes that close, full disks, terminals; and `config check`.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.ts";
import { useCommandHost } from "../support/command-host.ts";
import { runRondo } from "../support/run-rondo.ts";

const root = mkdtempSync(join(tmpdir(), "rondo-cli-shell-"));
const PATH = `${join(root, "bin")}:${process.env["PATH"] ?? ""}`;
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(() => {
  const main = resolve(process.env["RONDO_TEST_DIST"] ?? "dist", "src/cli/main.js");
  mkdirSync(join(root, "bin"));
  writeFileSync(join(root, "bin/rondo"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, { mode: 0o755 });
  execFileSync("git", ["init", "-q", "-b", "trunk", root]);
  const author = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  execFileSync("git", ["-C", root, ...author, "commit", "-qm", "c", "--allow-empty"]);
  mkdirSync(join(root, "my folder"));
  writeFileSync(join(root, "my answer.txt"), "[P1] Title");
});

const runInHost = useCommandHost();
const rondo = (args: readonly string[], stdin: string | Uint8Array = "") => runInHost(args, { cwd: root, stdin });
const inShell = (shell: string, script: string) =>
  spawnSync(shell, ["-c", script], { cwd: root, encoding: "utf8", env: { PATH, HOME: root, TERM: "xterm" } });

/** What Tab proposes behind these words; the last one is begun. The shells are asked for all of them at once. */
function completions(shell: "bash" | "zsh", lines: readonly (readonly string[])[]): string[][] {
  const ask = lines.map((words) => {
    const list = ["rondo", ...words].map((word) => `'${word}'`).join(" ");
    return `COMP_WORDS=(${list}); COMP_CWORD=${words.length}; _rondo; printf '%s\\n' "\${COMPREPLY[@]}" ==`;
  });
  // zsh runs completions of bash in its sh emulation, see zshcompsys(1), bashcompinit.
  const start =
    shell === "bash"
      ? 'eval "$(rondo completion bash)"'
      : 'autoload -U +X compinit && compinit -u; eval "$(rondo completion zsh)"; emulate sh';
  const { stdout, stderr } = inShell(shell, [start, ...ask].join("\n"));
  expect(stderr).toBe("");
  return stdout
    .split("==\n")
    .slice(0, -1)
    .map((text) => text.split("\n").filter(Boolean));
}

const LINES = [
  [["stat"], ["status"]],
  [["runs", "s"], ["show"]],
  [["runs", "list", "--l"], ["--limit"]],
  [
    ["review", "--reviewer", ""],
    ["static", "openai", "codex"],
  ],
  [["review", "--base", "tr"], ["trunk"]],
  [["review", "--base", "=", "tr"], ["trunk"]],
  [["review", "--wo"], ["--worktree"]],
  [["demo", "--transcript", "f"], ["full"]],
  [["parse", "--root", "my"], ["my folder"]],
  [["parse", "my a"], ["my answer.txt"]],
  [["parse", "--json", "--format", "json", "my a"], ["my answer.txt"]],
  [["completion", "z"], ["zsh"]],
  [["help", "ext"], ["extend"]],
  [
    ["config", ""],
    ["show", "check", "schema", "--help"],
  ],
  [["config", "check", "--s"], ["--server"]],
  [["nowhere", ""], []],
] as const;

describe("completion", () => {
  it("proposes commands, options and values in bash", () => {
    const words = LINES.map(([line]) => line);
    expect(completions("bash", words)).toEqual(LINES.map(([, proposed]) => proposed));
  });

  it("knows every command and every option", () => {
    const all = COMMANDS.flatMap((command) => command.subcommands ?? [command]);
    const lines = all.map(({ name }) => [...name.split(" "), "--"]);
    const found = completions("bash", [[""], ...lines]);
    expect(found[0]).toEqual([...COMMANDS.map(({ name }) => name), "help", "--help", "--version"]);
    expect(found.slice(1)).toEqual(
      all.map(({ options }) => [...Object.keys(options).map((option) => `--${option}`), "--help"]),
    );
  });

  const zsh = spawnSync("zsh", ["--version"]).status === 0;
  if (!zsh) process.stderr.write("SKIPPED: completion in zsh, because zsh is not installed here\n");
  it.skipIf(!zsh)("proposes the same in zsh", () => {
    const asked = LINES.filter(([line]) => line[0] !== "parse");
    const words = asked.map(([line]) => line);
    // zsh drops by itself what does not fit the word that was begun.
    const fitting = completions("zsh", words).map((proposed, at) =>
      proposed.filter((one) => one.startsWith(asked[at]?.[0].at(-1) ?? "")),
    );
    expect(fitting).toEqual(asked.map(([, proposed]) => proposed));
  });

  it.each([
    [["completion"], "For which shell?"],
    [["completion", "fish"], "There is no completion for fish."],
  ])("%j is refused, exit 2", async (args, words) => {
    const { code, out, err } = await rondo(args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(words);
  });
});

describe("output", () => {
  it("may be closed at any time: no error, and the command's own exit code", () => {
    const script = `
      set -o pipefail
      rondo --help | head -1; echo "\${PIPESTATUS[0]}"
      rondo statsu 2>&1 | true; echo "\${PIPESTATUS[0]}"
      rondo --version >&-; echo "$?"`;
    const { stdout, stderr } = inShell("bash", script);
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^rondo \d\S+: takes a pull request.*\n0\n2\n0\n$/);
  });

  it.skipIf(!existsSync("/dev/full"))("is said to fail on a full disk, exit 3", () => {
    const { status, stderr } = inShell("bash", "rondo --help > /dev/full");
    expect({ status, stderr }).toEqual({
      status: 3,
      stderr: "rondo: The output cannot be written: ENOSPC: no space left on device, write.\n",
    });
  });

  it("is painted on a terminal, or when FORCE_COLOR says so, and not for NO_COLOR", () => {
    expect(["", "FORCE_COLOR=1", "FORCE_COLOR=0", "NO_COLOR=1 FORCE_COLOR=1"].map(isPainted)).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });
});

const isPainted = (env: string) => inShell("bash", `${env} rondo parse "my answer.txt"`).stdout.includes("\u001B[");
const check = (text: string, ...args: string[]) => rondo(["config", "check", ...args, "-"], text);

describe("docs/review-locally.md", () => {
  it("gives commands that work: a hook that refuses blockers, SARIF, JSON", { timeout: 180_000 }, () => {
    const page = readFileSync("docs/review-locally.md", "utf8");
    const tag = "```sh tested by=tests/adapters/cli-shell.test.ts\n";
    const blocks = page
      .split(tag)
      .slice(1)
      .map((text) => text.slice(0, text.indexOf("```")));
    expect(blocks).toHaveLength(6);
    const [worktree, config, hook, sarif, json, completion] = blocks;
    const setUp = `
      git init -q -b main clone; git init -q --bare remote.git; cd clone
      git config user.name t; git config user.email t@example.com; git remote add origin ../remote.git
      mkdir .github; echo "badges: false" > .github/rondo.yml; git add -A; git commit -qm base; git push -q origin main
      git switch -qc feature; echo "if (x === NaN) stop();" > a.js; git add -A; git commit -qm change`;
    const { stdout, stderr } = inShell(
      "bash",
      `set -e; exec 3>&1; ${setUp}
      echo "== worktree"; ${worktree?.trim()} | tail -1
      echo "== config"; ${config}
      ${hook}
      echo "== push"; git push -q origin feature > push.txt 2>&1 || echo "refused"; grep -c REQUEST_CHANGES push.txt; rm push.txt
      echo "== sarif"; (${sarif?.trim()}) | tail -1; test -s rondo.sarif; rm rondo.sarif
      echo "== json"; ${json}
      ${completion}
      rm review.json; echo "stop();" > a.js; git commit -qam fix; git push -q origin feature >/dev/null 2>&1; echo "== pushed"`,
    );
    expect(stderr).not.toContain("not found");
    expect(stdout.split("\n")).toEqual([
      "== worktree",
      "REQUEST_CHANGES: 1 blocking finding, 0 advisory; static rules only",
      "== config",
      ".github/rondo.yml: no problems.",
      "== push",
      "refused",
      "1",
      "== sarif",
      "exit code 1",
      "== json",
      "P1 a.js:1",
      "== pushed",
      "",
    ]);
  });
});

describe("rondo config check", () => {
  it("names line, column and what was probably meant, exit 2", async () => {
    const text = "max_round: 3\ntriggers:\n  opened: maybe\npaths: [src]\ncommands: {}\n";
    const { code, out, err } = await check(text);
    expect({ code, err }).toEqual({ code: 2, err: "" });
    expect(out.split("\n")).toEqual([
      'standard input:1:1: unknown key "max_round"; did you mean "max_rounds"?',
      expect.stringMatching(/^standard input:3:3: "triggers\.opened" is not valid: .*; it does not apply$/),
      'standard input:5:1: unknown key "commands"',
      "commands belongs into the server's file; rondo config check --server checks one.",
      "standard input: 3 problems; what is wrong is left out.",
      "",
    ]);
    const json: unknown = JSON.parse((await check(text, "--json")).out);
    expect(json).toMatchObject({
      file: "standard input",
      kind: "repository",
      problems: [{ line: 1, column: 1, message: 'unknown key "max_round"; did you mean "max_rounds"?' }, {}, {}],
    });
    // As a process of its own once: it ends by itself, with this code.
    const started = await runRondo(["config", "check", "--server", "-"], { cwd: root, stdin: "commands: {}\n" });
    expect(started).toMatchObject({ code: 0, err: "" });
  });

  it("takes the repository's own file when none is named", async () => {
    mkdirSync(join(root, ".github"));
    writeFileSync(join(root, ".github/rondo.yml"), "badges: false\n");
    expect(await rondo(["config", "check"])).toMatchObject({
      code: 0,
      out: ".github/rondo.yml: no problems.\n",
    });
    rmSync(join(root, ".github"), { recursive: true });
  });

  it.each([
    ["no byte", "", 0, "The file is empty: the defaults apply."],
    ["broken YAML", "a: [\n", 2, "standard input:2:1: "],
    ["a list", "- a\n", 2, "must be a mapping of keys to values"],
    ["too much", `# ${"x".repeat(100_001)}\n`, 2, "the file is longer than 100000 characters"],
  ])("tells of a file with %s", async (_name, text, code, words) => {
    const answer = await check(text);
    expect(answer).toMatchObject({ code, err: "" });
    expect(answer.out).toContain(words);
  });

  it.each([
    ["bytes", ["-"], "is not text: it holds bytes that are no UTF-8.\nA configuration file is YAML"],
    ["a folder", ["my folder"], "my folder cannot be read: it is a folder."],
    ["nothing", ["nowhere.yml"], "nowhere.yml cannot be read: there is no such file."],
    ["no file of its own", [], "Without a FILE, .github/rondo.yml of this folder is checked."],
    ["two files", ["a", "b"], "rondo config check has no place for b."],
    ["a wrong option", ["--sever"], "Did you mean --server?"],
  ])("refuses %s, exit 2", async (_name, args, words) => {
    const { code, out, err } = await rondo(["config", "check", ...args], Buffer.from([0xff, 0, 0x80]));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(words);
  });
});
