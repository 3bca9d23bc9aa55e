// A small real git repository for tests: commits are made from values, without touching the developer's git settings.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Content of a file: text or bytes, or with its mode; `160000` takes a commit id, `120000` the target of the link. */
export type Content = string | Uint8Array | { mode: "100644" | "100755" | "120000" | "160000"; content: string };

export type SampleRepo = {
  /** The bare repository's folder. */
  dir: string;
  /** Runs git in it and gives its output without the last line feed. */
  git(args: readonly string[], stdin?: string | Uint8Array): string;
  /** Like `git`, but the raw bytes. */
  gitBytes(args: readonly string[], stdin?: string | Uint8Array): Buffer;
  /** Makes a commit with exactly these files and returns its id; a name may be bytes in latin1. */
  commit(files: Readonly<Record<string, Content>>, parents?: readonly string[]): string;
  setRef(ref: string, sha: string): void;
  remove(): void;
};

const env = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Sample",
  GIT_AUTHOR_EMAIL: "sample@example.com",
  GIT_AUTHOR_DATE: "2026-01-01T00:00:00Z",
  GIT_COMMITTER_NAME: "Sample",
  GIT_COMMITTER_EMAIL: "sample@example.com",
  GIT_COMMITTER_DATE: "2026-01-01T00:00:00Z",
};

/** Makes an empty bare repository, in `dir` or a new temporary folder. */
export function sampleRepo(dir: string = mkdtempSync(join(tmpdir(), "rondo-sample-"))): SampleRepo {
  const gitBytes = (args: readonly string[], stdin: string | Uint8Array = ""): Buffer =>
    execFileSync("git", ["--git-dir", dir, ...args], {
      env,
      input: stdin,
      maxBuffer: 1e9,
      stdio: ["pipe", "pipe", "pipe"],
    });
  const git = (args: readonly string[], stdin?: string | Uint8Array): string =>
    gitBytes(args, stdin).toString().replace(/\n$/, "");
  git(["init", "-q", "--bare", "--initial-branch=main", dir]);
  git(["config", "uploadpack.allowFilter", "true"]);
  git(["config", "uploadpack.allowAnySHA1InWant", "true"]);
  return {
    dir,
    git,
    gitBytes,
    commit: (files, parents = []) => commitFiles(gitBytes, files, parents),
    setRef: (ref, sha) => void git(["update-ref", ref, sha]),
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

/** One `git fast-import` for the whole commit: 3,000 files take no longer than 3. */
function commitFiles(
  gitBytes: SampleRepo["gitBytes"],
  files: Readonly<Record<string, Content>>,
  parents: readonly string[],
): string {
  const parts: Buffer[] = [
    Buffer.from("commit refs/heads/sample\nmark :1\ncommitter S <s@example.com> 1767225600 +0000\n"),
  ];
  parts.push(Buffer.from("data 6\nsample\n"));
  if (parents.length === 0) parts.unshift(Buffer.from("reset refs/heads/sample\n"));
  parents.forEach((parent, index) => parts.push(Buffer.from(`${index === 0 ? "from" : "merge"} ${parent}\n`)));
  parts.push(Buffer.from("deleteall\n"));
  for (const [name, content] of Object.entries(files)) {
    const isPlain = typeof content === "string" || content instanceof Uint8Array;
    const mode = isPlain ? "100644" : content.mode;
    const data = Buffer.from(isPlain ? content : content.content);
    const quoted = Buffer.from(`"${name.replaceAll(/[\\"\n]/g, (c) => (c === "\n" ? "\\n" : `\\${c}`))}"\n`, "latin1");
    if (mode === "160000") parts.push(Buffer.from(`M ${mode} ${data.toString()} `), quoted);
    else
      parts.push(
        Buffer.from(`M ${mode} inline `),
        quoted,
        Buffer.from(`data ${data.length}\n`),
        data,
        Buffer.from("\n"),
      );
  }
  gitBytes(["fast-import", "--quiet", "--force", "--date-format=raw"], Buffer.concat(parts));
  return gitBytes(["rev-parse", "refs/heads/sample"]).toString().trim();
}

/** A name with other than ASCII characters, as `commit` wants it. */
export function utf8Name(name: string): string {
  return Buffer.from(name).toString("latin1");
}
