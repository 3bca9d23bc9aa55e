// Does a reason point at something in the project? A dispute takes a blocker away, so it has to name what anybody can
// look up: a path, a line, a document, a test. Whether the fact is right is for people to judge.

/** Words of a reason that are looked at. */
const MAX_WORDS = 200;

/** True when the text names a path, `path:line`, a link or a test. */
export function citesFact(text: string): boolean {
  const words = text.split(/\s+/, MAX_WORDS);
  return words.some((word, at) => isFact(word.slice(0, 300), words[at - 1] ?? ""));
}

function isFact(raw: string, before: string): boolean {
  const isQuoted = /^[("'[]*[`"']/.test(raw);
  const word = raw.replace(/^[`"'([{<*]+/, "").replace(/[`"')\]}>*.,;!?]+$/, "");
  if (/^https?:\/\/[^/\s]+\.[^/\s]+/i.test(word)) return true;
  return isPath(word, isQuoted) || isTest(word, isQuoted, before);
}

/** `src/a.ts`, `src/a.ts:12-14`, `a.ts`, `Makefile:3`, and in quotes also `src/lib`. Not `and/or`, `1.5`, `e.g`. */
function isPath(word: string, isQuoted: boolean): boolean {
  const [path = "", line] = word.split(/:(?:L)?(?=[0-9])|#L(?=[0-9])/, 2);
  if (!/^\.{0,2}[\w@+/-][\w@+./-]*$/.test(path)) return false;
  if (line !== undefined && /^[0-9]+(?:[-:][L0-9]+)?$/.test(line)) return /[a-z]/i.test(path);
  const name = path.split("/").at(-1) ?? "";
  const extension = /^[^.]*\w.*\.(?<extension>[a-z][a-z0-9]{0,7})$/i.exec(name)?.groups?.["extension"];
  const isFile = extension !== undefined && !ABBREVIATIONS.has(word.toLowerCase());
  if (path.includes("/")) return isFile || (isQuoted && /\w\/\w/.test(path));
  return isFile && (isQuoted || KNOWN_EXTENSIONS.has(extension.toLowerCase()));
}

/** `test_close`, `TestClose`, `closes_test`, `CloseTest`, and a quoted name beside the word test. */
function isTest(word: string, isQuoted: boolean, before: string): boolean {
  if (/^(?:tests?_\w|Test[A-Z]\w)/.test(word) || /\w(?:_tests?|_spec|Tests?|Spec)$/.test(word)) return true;
  return isQuoted && /^(?:tests?|spec|it|named)$/i.test(before.replace(/[:,]$/, ""));
}

const ABBREVIATIONS: ReadonlySet<string> = new Set(["e.g", "i.e", "a.k.a", "etc", "vs", "and/or", "w/o", "n/a"]);

const KNOWN_EXTENSIONS: ReadonlySet<string> = new Set(
  (
    "bash c cc cfg cjs conf cpp cs css csv cts dart ex exs go gradle graphql h hpp hs htm html ini java jl js json jsx " +
    "kt less lock lua m md mdx mjs ml mts php pl proto ps1 py r rb rs rst sass scala scss sh sql svelte swift tf toml ts " +
    "tsx txt vue xml yaml yml zig"
  ).split(" "),
);
