// Turns the text of a configuration file into plain values, with limits: the file comes from a repository that anybody
// may own. Knows where each key stands, so that every problem can name its line.
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import type { Document } from "yaml";

/** A file that was read. `value` is null when it is empty or cannot be used at all. */
export type YamlFile = {
  value: unknown;
  problems: string[];
  /** `line 3, column 1` of a key, or `the file` when it is not in there as a key of its own. */
  placeOf: (path: readonly string[]) => string;
};

/** Characters; a configuration file of a repository is never near it. */
export const MAX_CONFIG_CHARACTERS = 1_000_000;

/** Uses of anchors (`*name`); more look like an attack by expansion. */
const MAX_ALIASES = 50;

/** Levels of nesting; the deepest key has three. The parser recurses, so it is asked before it starts. */
const MAX_DEPTH = 40;

/** Reads YAML 1.2 (`on`, `off`, `yes` are words). Never throws; what cannot be read is one problem and no value. */
export function readYaml(text: string): YamlFile {
  const source = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
  if (source.length > MAX_CONFIG_CHARACTERS)
    return unusable(`the file is longer than ${MAX_CONFIG_CHARACTERS} characters`);
  if (isTooDeep(source)) return unusable(`the file is nested deeper than ${MAX_DEPTH} levels`);
  try {
    return read(source);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return unusable(`the file cannot be read as YAML: ${reason}`);
  }
}

function read(source: string): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const problems = [...document.errors, ...document.warnings].map((issue) => {
    const { line, col } = lines.linePos(issue.pos[0]);
    return `line ${line}, column ${col}: ${issue.message.split("\n")[0]}`;
  });
  const isFatal = document.errors.some((error) => error.code !== "DUPLICATE_KEY");
  if (isFatal) return { ...unusable("nothing in the file applies until it can be read"), problems };
  const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
  return { value: value ?? null, problems, placeOf: (path) => placeOf(path, document, lines) };
}

function placeOf(path: readonly string[], document: Document, lines: LineCounter): string {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const key of path) {
    if (!isMap(node)) break;
    const pair = node.items.findLast((item) => isScalar(item.key) && String(item.key.value) === key);
    if (pair === undefined) break;
    offset = isScalar(pair.key) ? pair.key.range?.[0] : undefined;
    node = pair.value;
  }
  if (offset === undefined) return "the file";
  const { line, col } = lines.linePos(offset);
  return `line ${line}, column ${col}`;
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
  return { value: null, problems: [problem], placeOf: () => "the file" };
}
