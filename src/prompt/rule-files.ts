// The files in which a project tells reviewers its rules: which ones count for a change, and which part of them. They are
// read from the base commit alone, because a pull request that could write the rules would be judged by its own.

/** A file of the base commit with its whole text. */
export type RuleFile = { path: string; text: string };

/** In each folder. Of the first two the first that is there counts, as with codex. https://agents.md */
const IN_FOLDERS = ["AGENTS.override.md", "AGENTS.md", "CLAUDE.md", "REVIEW.md"] as const;
const COPILOT = ".github/copilot-instructions.md";
/** Folders that are looked at; a change over more of them gets the rules of the ones nearest to the root. */
const MOST_FOLDERS = 500;
/** Bytes of one file, and of all. */
const MOST_FILE_BYTES = 16_000;
const MOST_BYTES = 60_000;

/** Files to look for, from the root down; `paths` are the changed files. */
export function ruleFileNames(paths: readonly string[]): string[] {
  const folders = new Set([""]);
  for (const path of paths) {
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1)) folders.add(path.slice(0, at + 1));
  }
  const sorted = [...folders].toSorted((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1)).slice(0, MOST_FOLDERS);
  return [COPILOT, ...sorted.flatMap((folder) => IN_FOLDERS.map((name) => `${folder}${name}`))];
}

/** What of the found files goes to the reviewers, in the order of `ruleFileNames`, and what does not. */
export function chooseRules(found: readonly RuleFile[]): {
  rules: RuleFile[];
  leftOut: { path: string; reason: string }[];
} {
  const rules: RuleFile[] = [];
  const leftOut: { path: string; reason: string }[] = [];
  const names = new Set(found.map(({ path }) => path));
  let left = MOST_BYTES;
  for (const { path, text } of found) {
    if (/(?:^|\/)AGENTS\.md$/.test(path) && names.has(path.replace(/AGENTS\.md$/, "AGENTS.override.md"))) continue;
    const part = (/(?:^|\/)AGENTS(?:\.override)?\.md$/.test(path) ? reviewSections(text) : text).trim();
    if (part === "") continue;
    const bytes = new TextEncoder().encode(part).length;
    if (bytes > MOST_FILE_BYTES)
      leftOut.push({ path, reason: `its rules are ${bytes} bytes, ${MOST_FILE_BYTES} are read` });
    else if (bytes > left) leftOut.push({ path, reason: `all rules together are more than ${MOST_BYTES} bytes` });
    else {
      left -= bytes;
      rules.push({ path, text: part });
    }
  }
  return { rules, leftOut };
}

/** The sections `Code Review Rules` and `Review guidelines` of an AGENTS.md, with their headings; empty without one. */
export function reviewSections(markdown: string): string {
  const kept: string[] = [];
  let fence: string | null = null;
  let level = 0;
  for (const line of markdown.split(/\r?\n/)) {
    const mark = /^ {0,3}(?<mark>`{3,}|~{3,})/.exec(line)?.groups?.["mark"] ?? null;
    if (fence === null) fence = mark;
    else if (mark?.startsWith(fence) === true && line.trim() === mark) fence = null;
    const heading =
      fence === null && mark === null ? /^ {0,3}(?<marks>#{1,6})[ \t]+(?<words>.*)$/.exec(line)?.groups : undefined;
    const deep = heading?.["marks"]?.length ?? 0;
    if (heading !== undefined && (level === 0 || deep <= level)) level = isMeant(heading["words"] ?? "") ? deep : 0;
    if (level > 0) kept.push(line);
  }
  return kept.join("\n").trim();
}

function isMeant(words: string): boolean {
  if (words.length > 200) return false;
  return /^(?:code review rules|review guidelines)$/i.test(
    words
      .replace(/[#*_:\s]+$/, "")
      .replace(/^[*_]+/, "")
      .trim(),
  );
}

function depth(folder: string): number {
  return folder.split("/").length;
}
