// Random changes with claims about them, and what git itself says about where a comment may stand. The generator knows the
// files, git knows the difference; neither uses a line of the code that is judged by them.
import { execFileSync } from "node:child_process";
import type { Priority, Side } from "../../src/findings/finding.ts";

/** A number from 0 up to below `n`; the same seed gives the same numbers (mulberry32). */
export type Dice = (n: number) => number;

export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

/** Files before and after; `null` deletes one. `renamed` gives the old name by the new one. */
export type Change = {
  before: Record<string, string>;
  after: Record<string, string | null>;
  renamed: Map<string, string>;
};

/** A claim as a reviewer prints it. `file`: the changed file that is really meant, by its new name, or null. */
export type Claim = {
  priority: Priority | null;
  printed: string;
  file: string | null;
  startLine: number | null;
  endLine: number | null;
  side: Side;
};

const NAMES = [
  "a.ts",
  "lib/a.ts",
  "src/deep/b.ts",
  "two words.md",
  "docs/über.md",
  'q"uote.txt',
  "b/b/b.c",
  "@x/(y)/z.js",
];
const LOOKS = [
  "-- a/x",
  "++ b/x",
  "@@ -1,9 +1,9 @@",
  "diff --git a/x b/x",
  "\\ No newline at end of file",
  "",
  "\r",
  "+",
  "-",
];

export function randomChange(dice: Dice): Change {
  const change: Change = { before: {}, after: {}, renamed: new Map() };
  NAMES.forEach((name, n) => {
    const old = randomLines(dice, dice(12) === 0 ? 1 : 5 + dice(30));
    const kind = dice(10);
    if (kind === 0) change.after[name] = text(randomLines(dice, 1 + dice(30)), dice);
    else change.before[name] = text(old, dice);
    if (kind === 1) change.after[name] = null;
    if (kind === 2) change.before[name] = change.after[name] = `\0${n}`;
    if (kind === 2) change.after[name] = `\0${n}${dice(1000)}`;
    if (kind === 3) {
      const moved = `moved/${n}-${name.replaceAll("/", "-")}`;
      change.renamed.set(moved, name);
      change.after[name] = null;
      change.after[moved] = text(edited(old, dice, 1), dice);
    }
    if (kind > 4) change.after[name] = text(edited(old, dice, 1 + dice(6)), dice);
  });
  return change;
}

/** Claims about all of it, and about what is not there. */
export function randomClaims(change: Change, dice: Dice, count: number): Claim[] {
  const changed = Object.keys(change.after).filter((name) => ![...change.renamed.values()].includes(name));
  return Array.from({ length: count }, () => {
    const file = changed[dice(changed.length)] ?? "";
    const old = change.renamed.get(file);
    const forms = [
      file,
      file,
      file,
      `./${file}`,
      `${ROOT}/${file}`,
      `${ROOT}/${file}`,
      ...(old === undefined ? [] : [old]),
    ];
    const stray = ["/etc/passwd", `../${file}`, "no/such.ts", `${ROOT}/../${file}`];
    const isStray = dice(12) === 0;
    const start = 1 + dice(35);
    const isWhole = dice(15) === 0;
    return {
      priority: (["P0", "P1", "P2", "P2", "P3", null] as const)[dice(6)] ?? null,
      printed: (isStray ? stray[dice(stray.length)] : forms[dice(forms.length)]) ?? file,
      file: isStray ? null : file,
      startLine: isWhole ? null : start,
      endLine: isWhole ? null : start + (dice(2) === 0 ? 0 : dice(15)),
      side: dice(5) === 0 ? "LEFT" : "RIGHT",
    };
  });
}

/** The checkout as the reviewer saw it. */
export const ROOT = "/srv/rondo/run/checkout";

/** Lines that a comment may stand on, by side, and the file's lines before and after; by path after the change. */
export type GitFacts = Map<
  string,
  { LEFT: Set<number>; RIGHT: Set<number>; before: string[]; after: string[]; isRemoved: boolean }
>;

/**
 * From `git diff -U0`: its headers alone say which lines changed, and GitHub shows three lines around each change.
 * https://git-scm.com/docs/git-diff
 */
export function gitFacts(gitDir: string, base: string, head: string): GitFacts {
  const git = (...args: string[]): string =>
    execFileSync("git", ["--git-dir", gitDir, ...args], { encoding: "latin1", maxBuffer: 1e9 });
  const tokens = Buffer.from(git("diff", "--raw", "-z", "-M", base, head), "latin1")
    .toString("utf8")
    .split("\0");
  const parts = git("diff", "--text", "-U0", "-M", base, head)
    .split(/^diff --git /m)
    .slice(1);
  const facts: GitFacts = new Map();
  for (let at = 0, n = 0; tokens[at]?.startsWith(":") === true; n += 1) {
    const status = tokens[at]?.split(" ")[4]?.charAt(0);
    const isMove = status === "R";
    const oldName = tokens[at + 1] ?? "";
    const name = isMove ? (tokens[at + 2] ?? "") : oldName;
    at += isMove ? 3 : 2;
    const before = status === "A" ? [] : linesOf(git("cat-file", "blob", `${base}:${oldName}`));
    const after = status === "D" ? [] : linesOf(git("cat-file", "blob", `${head}:${name}`));
    const isBinary = [before, after].some((lines) => lines.join("\n").includes("\0"));
    const entry = { LEFT: new Set<number>(), RIGHT: new Set<number>(), before, after, isRemoved: status === "D" };
    facts.set(name, entry);
    if (isBinary) continue;
    for (const [, a, b = "1", c, d = "1"] of (parts[n] ?? "").matchAll(
      /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm,
    )) {
      for (let line = Number(a); line < Number(a) + Number(b); line += 1) entry.LEFT.add(line);
      const first = d === "0" ? Number(c) + 1 : Number(c);
      for (let line = first - 3; line < first + Number(d) + 3; line += 1)
        if (line >= 1 && line <= after.length) entry.RIGHT.add(line);
    }
  }
  return facts;
}

function linesOf(blob: string): string[] {
  return blob === "" ? [] : blob.replace(/\n$/, "").split("\n");
}

function randomLines(dice: Dice, count: number): string[] {
  return Array.from({ length: count }, () =>
    dice(6) === 0 ? (LOOKS[dice(LOOKS.length)] ?? "") : `line ${dice(1e9).toString(36)} äß${dice(4) === 0 ? "\r" : ""}`,
  );
}

function edited(lines: readonly string[], dice: Dice, edits: number): string[] {
  const next = [...lines];
  for (let n = 0; n < edits; n += 1) next.splice(dice(next.length + 1), dice(4), ...randomLines(dice, dice(4)));
  return next;
}

function text(lines: readonly string[], dice: Dice): string {
  return `${lines.join("\n")}${dice(4) === 0 ? "" : "\n"}`;
}
