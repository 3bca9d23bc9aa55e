// Small questions about syntax trees that many rules ask: where is this node, what encloses it, what does it call.
import type { SgNode } from "@ast-grep/napi";
import type { Hit } from "./rule.ts";
import type { SourceFile } from "./source-file.ts";

/** The hit that covers exactly this node, or only its first line when it is a long one. */
export function hitAt(node: SgNode, detail?: string): Hit {
  const { start, end } = node.range();
  const line = start.line + 1;
  const endLine = end.line - start.line > 5 ? line : end.line + 1;
  return detail === undefined ? { line, endLine } : { line, endLine, detail };
}

/** Every node of these kinds, in the file or below (and including) the node. */
export function nodesOf(place: SourceFile | SgNode, ...kinds: string[]): SgNode[] {
  const matcher = { rule: { any: kinds.map((kind) => ({ kind })) } };
  return "languages" in place ? place.find(matcher) : place.findAll(matcher);
}

/**
 * Calls whose callee's text matches the pattern. The search runs inside the parser: every node that reaches JavaScript
 * costs memory until the process ends (measured: 1.5 GB and minutes of garbage collection for 2,500 files), so ask
 * narrowly. `callee` is a pattern of Rust's regex crate: no look-around, no back-references.
 */
export function callsOf(file: SourceFile, callee: string): SgNode[] {
  const kind = file.languages.has("python") ? "call" : "call_expression";
  return file.find({ rule: { kind, has: { field: "function", regex: callee } } });
}

/** Nodes of a kind whose whole text matches the pattern; like `callsOf`, filtered inside the parser. */
export function nodesMatching(place: SourceFile | SgNode, kind: string, text: string): SgNode[] {
  const matcher = { rule: { kind, regex: text } };
  return "languages" in place ? place.find(matcher) : place.findAll(matcher);
}

/** The nearest enclosing node of one of the kinds, or undefined; the search ends at a node of `stopAt`. */
export function enclosing(
  node: SgNode,
  kinds: ReadonlySet<string>,
  stopAt: ReadonlySet<string> = new Set(),
): SgNode | undefined {
  for (let parent = node.parent(); parent !== null; parent = parent.parent()) {
    const kind = String(parent.kind());
    if (kinds.has(kind)) return parent;
    if (stopAt.has(kind)) return undefined;
  }
  return undefined;
}

/** True when the node lies below `outer` with no node of `barriers` between the two. */
export function isDirectlyInside(node: SgNode, outer: SgNode, barriers: ReadonlySet<string>): boolean {
  for (let parent = node.parent(); parent !== null; parent = parent.parent()) {
    if (parent.id() === outer.id()) return true;
    if (barriers.has(String(parent.kind()))) return false;
  }
  return false;
}

/** Text of a node's field, or the empty string. */
export function fieldText(node: SgNode | null | undefined, field: string): string {
  return node?.field(field)?.text() ?? "";
}

/** The arguments of a call without punctuation and comments. */
export function argumentsOf(call: SgNode): SgNode[] {
  const list = call.field("arguments");
  return list === null ? [] : list.namedChildren().filter((node) => !node.is("comment"));
}

/** The statements of a block without comments. */
export function statementsOf(block: SgNode): SgNode[] {
  return block.namedChildren().filter((node) => !node.is("comment"));
}

/** True when `name` occurs as a whole word in the text. */
export function mentions(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w$])${escapeRegExp(name)}(?![\\w$])`).test(text);
}

export function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

/** Every kind of function in JavaScript and TypeScript. */
export const SCRIPT_FUNCTIONS: ReadonlySet<string> = new Set([
  "function_declaration",
  "function_expression",
  "arrow_function",
  "method_definition",
  "generator_function_declaration",
  "generator_function",
]);

/** Every kind of function in Python. */
export const PYTHON_FUNCTIONS: ReadonlySet<string> = new Set(["function_definition", "lambda"]);

/** Every kind of function in Go. */
export const GO_FUNCTIONS: ReadonlySet<string> = new Set([
  "function_declaration",
  "method_declaration",
  "func_literal",
]);

/** SQL with a value position right before the end of the text: `… WHERE a = '` and the like. */
export function endsAtSqlValue(text: string): boolean {
  const isSql = /\b(?:select\b[^]*\bfrom|insert\s+into|update\b[^]*\bset|delete\s+from|where)\b/i.test(text);
  return (
    isSql &&
    /(?:[=<>]|\blike|\bin\s*\(\s*(?=["'])|\bvalues\s*\(|\bvalues\s*\([^)]*,|\bbetween|\band)\s*['"%]*$/i.test(text)
  );
}
