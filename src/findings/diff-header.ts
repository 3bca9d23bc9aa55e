// Reads what stands before the hunks of one file in a git diff: names, modes, renames, the binary mark.
// The names are found in the safest place that has them, because `diff --git a/x b/y` alone is ambiguous.
import type { LineReader } from "./diff.ts";
import { pathFromBytes, unquote } from "./diff-path.ts";

/** A file of a diff without its hunks. Paths are written as in diff-path.ts. */
export type FileHeader = {
  /** Path after the change; of a removed file, the path it had. */
  path: string;
  /** Path before the change; null for an added file. */
  oldPath: string | null;
  status: "added" | "modified" | "removed" | "renamed" | "copied";
  /** Six octal digits such as 100644; null where the diff does not say. */
  oldMode: string | null;
  newMode: string | null;
  isBinary: boolean;
};

/** What the header lines have told so far. A name is null for /dev/null and undefined where nothing told it. */
type Seen = {
  oldName: string | null | undefined;
  newName: string | null | undefined;
  status: FileHeader["status"] | undefined;
  oldMode: string | null;
  newMode: string | null;
  isBinary: boolean;
};

/** One word that can open a header line, and what it tells; the words of every file first. */
const TOLD_BY: Readonly<Record<string, (seen: Seen, rest: string) => void>> = {
  index: readIndexLine,
  "---": (seen, rest) => (seen.oldName = readSide(rest, "a/")),
  "+++": (seen, rest) => (seen.newName = readSide(rest, "b/")),
  "old mode": (seen, rest) => (seen.oldMode = rest),
  "new mode": (seen, rest) => (seen.newMode = rest),
  "new file mode": (seen, rest) => Object.assign(seen, { status: "added", newMode: rest }),
  "deleted file mode": (seen, rest) => Object.assign(seen, { status: "removed", oldMode: rest }),
  "rename from": (seen, rest) => (seen.oldName = readName(rest, "")),
  "rename to": (seen, rest) => Object.assign(seen, { status: "renamed", newName: readName(rest, "") }),
  "copy from": (seen, rest) => (seen.oldName = readName(rest, "")),
  "copy to": (seen, rest) => Object.assign(seen, { status: "copied", newName: readName(rest, "") }),
  "similarity index": () => {},
  "dissimilarity index": () => {},
  "Binary files": (seen) => (seen.isBinary = true),
  "GIT binary patch": (seen) => (seen.isBinary = true),
};

const WORDS = Object.keys(TOLD_BY);

/**
 * Reads one header and leaves the reader at the first hunk, the next file or the end.
 * Returns undefined when the text there is no header, or one without a name.
 */
export function readFileHeader(lines: LineReader): FileHeader | undefined {
  const first = lines.peek() ?? "";
  const isGit = first.startsWith("diff --git ");
  if (!isGit && !first.startsWith("--- ")) return undefined;
  const seen: Seen = {
    oldName: undefined,
    newName: undefined,
    status: undefined,
    oldMode: null,
    newMode: null,
    isBinary: false,
  };
  if (isGit) lines.next();
  while (takeHeaderLine(lines, seen));
  return finish(seen, isGit ? first.slice("diff --git ".length) : undefined);
}

/** Consumes one line of the header; false when there is no more. */
function takeHeaderLine(lines: LineReader, seen: Seen): boolean {
  const line = lines.peek() ?? "";
  const word = WORDS.find((one) => line.startsWith(one) && (line.length === one.length || line[one.length] === " "));
  if (word === undefined) return false;
  lines.next();
  TOLD_BY[word]?.(seen, line.slice(word.length + 1));
  if (word === "GIT binary patch") skipBinaryPatch(lines);
  return word !== "+++";
}

/** The base-85 lines hold no spaces, so none of them can look like the next header. */
function skipBinaryPatch(lines: LineReader): void {
  for (let line = lines.peek(); line !== undefined && !line.startsWith("diff --git "); line = lines.peek())
    lines.next();
}

/** `index 1234567..89abcde 100644`: the mode stands here only when it did not change. */
function readIndexLine(seen: Seen, rest: string): void {
  const mode = /^[0-9a-f]+\.\.[0-9a-f]+ (\d{6})$/.exec(rest)?.[1] ?? null;
  seen.oldMode ??= mode;
  seen.newMode ??= mode;
}

/** `gitLine`: the names of the first line, needed only where no other line has told them. */
function finish(seen: Seen, gitLine: string | undefined): FileHeader | undefined {
  const isTold = seen.oldName !== undefined && seen.newName !== undefined;
  const common = isTold || gitLine === undefined ? undefined : nameOfGitLine(gitLine);
  const oldName = seen.oldName === undefined ? common : seen.oldName;
  const newName = seen.newName === undefined ? common : seen.newName;
  const path = newName ?? oldName;
  if (path === undefined || path === null) return undefined;
  const { oldMode, newMode, isBinary } = seen;
  const status = seen.status ?? (oldName === null ? "added" : newName === null ? "removed" : "modified");
  if (status === "added") return { path, oldPath: null, status, oldMode: null, newMode, isBinary };
  if (status === "removed") return { path, oldPath: path, status, oldMode, newMode: null, isBinary };
  return { path, oldPath: oldName ?? path, status, oldMode, newMode, isBinary };
}

/**
 * The one name in `a/NAME b/NAME`. Git leaves the other places out only when both names are the same (mode change, empty or
 * binary file), so both halves have the same length, and a name with ` b/` inside cannot mislead.
 */
function nameOfGitLine(names: string): string | undefined {
  if (names.startsWith('"')) return readName(names, "a/");
  const half = (names.length - 1) / 2;
  const [left, right] = [names.slice(0, half), names.slice(half + 1)];
  return left.slice(2) === right.slice(2) ? readName(left, "a/") : undefined;
}

/** Name of a `---` or `+++` line; null for /dev/null. Git ends a name that has a space with a tab. */
function readSide(rest: string, prefix: string): string | null {
  const tab = rest.startsWith('"') ? -1 : rest.indexOf("\t");
  const name = tab === -1 ? rest : rest.slice(0, tab);
  return name === "/dev/null" ? null : readName(name, prefix);
}

/** A name, quoted or not, in the form of diff-path.ts. The prefix goes while it is still bytes, before any quoting. */
function readName(name: string, prefix: string): string {
  const plain = name.startsWith(prefix) ? name.slice(prefix.length) : name;
  // Most names are as they are printed; the way over bytes is for the rest.
  if (!name.startsWith('"') && !plain.startsWith('"') && !/[\uD800-\uDFFF]/.test(plain)) return plain;
  const bytes = name.startsWith('"') ? unquote(name).bytes : new TextEncoder().encode(name);
  const hasPrefix = new TextDecoder().decode(bytes.subarray(0, prefix.length)) === prefix;
  return pathFromBytes(hasPrefix ? bytes.subarray(prefix.length) : bytes);
}
