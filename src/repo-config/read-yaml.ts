// Turns the text of a configuration file into plain values, with limits: the file comes from a repository that anybody
// may own. Knows where each key stands, so that every problem can name its line.
import { isMap, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { Document } from "yaml";

/** A file that was read. `value` is null when it is empty or cannot be used at all. */
export type YamlFile = {
  value: unknown;
  problems: string[];
  /** Where a key stands; null when it is not in there as a key of its own. 1-based. */
  placeOf: (path: readonly string[]) => Place | null;
};

/** 1-based. */
export type Place = { line: number; column: number };

/** Characters; a hundred long rules fit, and the worst file of this size is read in a fraction of a second. */
export const MAX_CONFIG_CHARACTERS = 100_000;

/**
 * Line ends and marks of lists and mappings. The parser takes up to 0.1 ms for each, and the process that asks has other
 * work: all lists of the schema filled to the brim hold half as many.
 */
const MAX_MARKS = 5000;

/** Anchors (`&name`), which the parser compares with each other, and their uses (`*name`), which may multiply. */
const MAX_ANCHORS = 50;
const MAX_ALIASES = 50;

/** What is wrong is in our answer; the parser would also write to stderr, between the lines of the log. */
const SILENT = { logLevel: "error" } as const;

/** Levels of nesting; the deepest key has three. The parser recurses, so it is asked before it starts. */
const MAX_DEPTH = 40;

/** Problems that are told; a file with more of them is not a configuration. */
const MAX_PROBLEMS = 20;

/** Reads YAML 1.2 (`on`, `off`, `yes` are words). Never throws; what cannot be read is one problem and no value. */
export function readYaml(text: string): YamlFile {
  const source = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  const tooMuch = whyTooMuch(source);
  if (tooMuch !== null) return unusable(`${tooMuch}; nothing in it applies`);
  try {
    return read(source);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return unusable(`the file cannot be read as YAML: ${reason}`);
  }
}

/** `line 3, column 1`, or `the file` for what has no place of its own. */
export function placeWords(place: Place | null): string {
  return place === null ? "the file" : `line ${place.line}, column ${place.column}`;
}

/** The first few, and how many more there are. */
export function firstProblems(problems: readonly string[]): string[] {
  if (problems.length <= MAX_PROBLEMS) return [...problems];
  return [...problems.slice(0, MAX_PROBLEMS), `the file has ${problems.length - MAX_PROBLEMS} more problems`];
}

function whyTooMuch(source: string): string | null {
  if (source.length > MAX_CONFIG_CHARACTERS) return `the file is longer than ${MAX_CONFIG_CHARACTERS} characters`;
  if (isTooDeep(source)) return `the file is nested deeper than ${MAX_DEPTH} levels`;
  let marks = 0;
  for (const _ of source.matchAll(/[\n,[\]{}]|[-:?](?=\s)|[!&*](?=\S)/g)) marks += 1;
  if ((source.match(/(?<=^|[\s,[{])&\S/g)?.length ?? 0) > MAX_ANCHORS)
    return `the file has more than ${MAX_ANCHORS} anchors`;
  return marks > MAX_MARKS ? `the file has more than ${MAX_MARKS} lines and list entries` : null;
}

function read(source: string): YamlFile {
  const lines = new LineCounter();
  // The parser's own check for keys that stand twice compares each key with every other one.
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, uniqueKeys: false, ...SILENT });
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const problems = [...document.errors, ...document.warnings]
    .slice(0, MAX_PROBLEMS)
    .map((issue) => `${placeWords(at(issue.pos[0]))}: ${issue.message.split("\n")[0]}`);
  if (document.errors.length > 0) {
    return { ...unusable(""), problems: [...problems, "nothing in the file applies until it can be read"] };
  }
  const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
  return {
    value: value ?? null,
    problems: [...problems, ...repeatedKeys(document, at)],
    placeOf: (path) => placeOf(path, document, at),
  };
}

/** A key that stands twice in one mapping; the last one is the one that is read. */
function repeatedKeys(document: Document, at: (offset: number) => Place): string[] {
  const found: string[] = [];
  visit(document, {
    Map(_, { items }) {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) {
          const place = key.range ? at(key.range[0]) : null;
          found.push(`${placeWords(place)}: "${name.slice(0, 100)}" stands here a second time; the last one applies`);
        }
        seen.add(name);
      }
    },
  });
  return found;
}

function placeOf(path: readonly string[], document: Document, at: (offset: number) => Place): Place | null {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const key of path) {
    if (!isMap(node)) break;
    const pair = node.items.findLast((item) => isScalar(item.key) && String(item.key.value) === key);
    if (pair === undefined) break;
    offset = isScalar(pair.key) ? pair.key.range?.[0] : undefined;
    node = pair.value;
  }
  return offset === undefined ? null : at(offset);
}

/** Counts brackets and indentation, more than there really are in quoted text: a cheap upper bound. */
function isTooDeep(source: string): boolean {
  let depth = 0;
  for (const character of source) {
    if (character === "[" || character === "{") depth++;
    else if (character === "]" || character === "}") depth = Math.max(0, depth - 1);
    if (depth > MAX_DEPTH) return true;
  }
  return new RegExp(`^(?: {${MAX_DEPTH * 2},}|(?:[-?] ?){${MAX_DEPTH},})`, "m").test(source);
}

function unusable(problem: string): YamlFile {
  return { value: null, problems: [problem], placeOf: () => null };
}
