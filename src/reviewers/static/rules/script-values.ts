// Comparisons, loops and array calls that JavaScript accepts and that mean something else than they say.
import type { SgNode } from "@ast-grep/napi";
import { SCRIPT, type OwnRule } from "../rule.ts";
import {
  argumentsOf,
  enclosing,
  callsOf,
  escapeRegExp,
  fieldText,
  hitAt,
  mentions,
  nodesMatching,
  nodesOf,
  SCRIPT_FUNCTIONS,
} from "../syntax.ts";

export const dateComparedByIdentity: OwnRule = {
  id: "date-compared-by-identity",
  engine: "own",
  priority: "P1",
  languages: SCRIPT,
  title: "Compare the dates by their time",
  why: "`==` and `===` compare two `Date` objects by identity, so a new one never equals anything. Compare `getTime()`.",
  example: {
    path: "src/due.ts",
    bad: "export const isDue = (due: Date, day: string) => due === new Date(day);\n",
    good: "export const isDue = (due: Date, day: string) => due.getTime() === new Date(day).getTime() || due > new Date();\n",
  },
  check: (file) =>
    nodesMatching(file, "binary_expression", String.raw`new Date\(`).flatMap((node) => {
      if (!/^[!=]==?$/.test(fieldText(node, "operator"))) return [];
      const sides = [node.field("left"), node.field("right")];
      const hasDate = sides.some(
        (side) => side?.is("new_expression") === true && fieldText(side, "constructor") === "Date",
      );
      return hasDate ? [hitAt(node)] : [];
    }),
};

export const indexPastEnd: OwnRule = {
  id: "index-past-end",
  engine: "own",
  priority: "P1",
  languages: SCRIPT,
  title: "Stop the loop before the array's length",
  why: "With `<=` the last turn reads one element past the end, which is `undefined`.",
  example: {
    path: "src/sum.js",
    bad: "export function sum(list) {\n  let total = 0;\n  for (let i = 0; i <= list.length; i++) {\n    total += list[i].price;\n  }\n  return total;\n}\n",
    good: "export function sum(list) {\n  let total = 0;\n  for (let i = 1; i <= list.length; i++) {\n    total += list[i - 1].price;\n  }\n  for (let n = 0; n <= list.length; n++) cut(list, n);\n  return total;\n}\n",
  },
  check: (file) =>
    nodesOf(file, "for_statement").flatMap((node) => {
      const match = /^(?<index>\w+)\s*<=\s*(?<array>[\w$.]+)\.length\s*;?$/.exec(fieldText(node, "condition"));
      const { index, array } = match?.groups ?? {};
      if (index === undefined || array === undefined) return [];
      const body = fieldText(node, "body");
      const read = new RegExp(`(?<![\\w$.])${escapeRegExp(array)}\\[${escapeRegExp(index)}\\]`);
      const isGuarded = new RegExp(
        `${escapeRegExp(index)}\\s*(?:===?|<|>=?|!==?)\\s*${escapeRegExp(array)}\\.length`,
      ).test(body);
      const at = node.field("condition");
      return read.test(body) && !isGuarded && at !== null ? [hitAt(at)] : [];
    }),
};

export const parseIntAsCallback: OwnRule = {
  id: "parse-int-as-callback",
  engine: "own",
  priority: "P1",
  languages: SCRIPT,
  title: "Do not pass `parseInt` to `map`",
  why: "`map` hands the index over as second argument and `parseInt` takes it for the radix: `['1','2','3'].map(parseInt)` is `[1, NaN, NaN]`. Use `Number` or an arrow function.",
  example: {
    path: "src/ids.js",
    bad: "export const ids = (text) => text.split(',').map(parseInt);\n",
    good: "export const ids = (text) => text.split(',').map(Number);\n",
  },
  check: (file) =>
    callsOf(file, String.raw`\.(map|flatMap)$`).flatMap((call) => {
      const isMap = /^(?:map|flatMap)$/.test(fieldText(call.field("function"), "property"));
      const [first, ...rest] = argumentsOf(call);
      return isMap && rest.length === 0 && /^(?:Number\.)?parseInt$/.test(first?.text() ?? "") && first !== undefined
        ? [hitAt(first)]
        : [];
    }),
};

export const numbersSortedAsText: OwnRule = {
  id: "numbers-sorted-as-text",
  engine: "own",
  priority: "P2",
  languages: SCRIPT,
  title: "Give `sort` a comparison for numbers",
  why: "Without a comparison `sort` orders by text, so 10 comes before 9. Use `sort((a, b) => a - b)`.",
  example: {
    path: "src/median.ts",
    bad: "export function median(values: number[]) {\n  const sorted = [...values].sort();\n  return sorted[sorted.length >> 1];\n}\n",
    good: "export function median(values: number[], names: string[]) {\n  const sorted = [...values].sort((a, b) => a - b);\n  return [sorted[sorted.length >> 1], [...names].sort()];\n}\n",
  },
  check: (file) =>
    callsOf(file, String.raw`\.(sort|toSorted)$`).flatMap((call) => {
      const target = call.field("function");
      if (!/^(?:sort|toSorted)$/.test(fieldText(target, "property")) || argumentsOf(call).length > 0) return [];
      const receiver = target?.field("object");
      return receiver !== null && receiver !== undefined && holdsNumbers(receiver) ? [hitAt(call)] : [];
    }),
};

export const indexOfAsCondition: OwnRule = {
  id: "index-of-as-condition",
  engine: "own",
  priority: "P1",
  languages: SCRIPT,
  title: "Compare the result of `indexOf` with -1",
  why: "`indexOf` answers -1 when nothing is found, which is truthy, and 0 for the first element, which is falsy: the condition is the wrong way round. Use `includes`.",
  example: {
    path: "src/tags.js",
    bad: "export function has(tags, tag) {\n  if (tags.indexOf(tag)) return true;\n  return false;\n}\n",
    good: "export function has(tags, tag) {\n  if (tags.indexOf(tag) >= 0) return true;\n  if (~tags.indexOf(tag)) return true;\n  return tags.includes(tag);\n}\n",
  },
  check: (file) =>
    callsOf(file, String.raw`\.(indexOf|lastIndexOf|findIndex)$`).flatMap((call) => {
      if (!/^(?:indexOf|lastIndexOf|findIndex)$/.test(fieldText(call.field("function"), "property"))) return [];
      const parent = call.parent();
      const owner = parent?.parent();
      const isIf = parent?.is("parenthesized_expression") === true && owner?.is("if_statement") === true;
      const isAnd =
        parent?.is("binary_expression") === true &&
        fieldText(parent, "operator") === "&&" &&
        owner?.is("parenthesized_expression") === true &&
        owner.parent()?.is("if_statement") === true;
      const isTernary = parent?.is("ternary_expression") === true && parent.field("condition")?.id() === call.id();
      return isIf || isAnd || isTernary ? [hitAt(call)] : [];
    }),
};

export const arrayChangedWhileIterating: OwnRule = {
  id: "array-changed-while-iterating",
  engine: "own",
  priority: "P2",
  languages: SCRIPT,
  title: "Do not remove elements from the array that is being walked",
  why: "After `splice` the next element moves into the place just visited and is skipped. Filter into a new array or walk backwards.",
  example: {
    path: "src/queue.js",
    bad: "export function prune(jobs) {\n  jobs.forEach((job, index) => {\n    if (job.done) jobs.splice(index, 1);\n  });\n}\n",
    good: "export function prune(jobs) {\n  for (const job of jobs) {\n    if (job.done) {\n      jobs.splice(jobs.indexOf(job), 1);\n      break;\n    }\n  }\n  return jobs.filter((job) => !job.done);\n}\n",
  },
  check: (file) =>
    callsOf(file, String.raw`\.splice$`).flatMap((call) => {
      const target = call.field("function");
      if (fieldText(target, "property") !== "splice") return [];
      const args = argumentsOf(call);
      if (args.length !== 2 || args[1]?.text() === "0") return [];
      const array = fieldText(target, "object");
      if (!isWalked(call, array)) return [];
      return leavesAfter(call) ? [] : [hitAt(call)];
    }),
};

/** `number[]` parameters and variables, `.map(Number)`, arrays of number literals, and copies of these. */
function holdsNumbers(node: SgNode): boolean {
  const text = node.text();
  if (/\.map\(\s*(?:Number|parseFloat|\(?\w+\)?\s*=>\s*(?:Number|parseInt|parseFloat|\+\w)[^]*)\)$/.test(text))
    return true;
  if (/^\[\s*-?\d[\d.]*(?:\s*,\s*-?\d[\d.]*)+\s*,?\s*\]$/.test(text)) return true;
  const name = /^(?:\[\s*\.\.\.(?<spread>\w+)\s*\]|(?<sliced>\w+)\.slice\(\)|(?<plain>\w+))$/.exec(text)?.groups;
  const identifier = name?.["spread"] ?? name?.["sliced"] ?? name?.["plain"];
  if (identifier === undefined) return false;
  const owner = enclosing(node, SCRIPT_FUNCTIONS)?.text() ?? node.getRoot().root().text();
  const escaped = escapeRegExp(identifier);
  const isTyped = new RegExp(`\\b${escaped}\\??:\\s*(?:readonly\\s+)?(?:number\\[\\]|Array<number>)\\s*[,)=;]`).test(
    owner,
  );
  const isLiteral = new RegExp(
    `(?:const|let|var)\\s+${escaped}\\s*=\\s*\\[\\s*-?\\d[\\d.]*(?:\\s*,\\s*-?\\d[\\d.]*)+\\s*\\]`,
  ).test(owner);
  return isTyped || isLiteral;
}

/** True when the call stands in a `for … of` or `forEach` over the same array. */
function isWalked(call: SgNode, array: string): boolean {
  for (let parent = call.parent(); parent !== null; parent = parent.parent()) {
    if (parent.is("for_in_statement")) {
      if (fieldText(parent, "operator") !== "in" && fieldText(parent, "right") === array) return true;
      continue;
    }
    if (!SCRIPT_FUNCTIONS.has(String(parent.kind()))) continue;
    const outer = parent.parent()?.parent();
    return outer?.is("call_expression") === true && fieldText(outer, "function") === `${array}.forEach`;
  }
  return false;
}

/** True when a `break` or `return` follows in the same block, so that the walk ends with the change. */
function leavesAfter(call: SgNode): boolean {
  const statement = enclosing(call, new Set(["expression_statement", "lexical_declaration", "return_statement"]));
  if (statement === undefined || statement.is("return_statement")) return true;
  return statement.nextAll().some((next) => next.is("break_statement") || next.is("return_statement"));
}

export const stateChangedInPlace: OwnRule = {
  id: "react-state-changed-in-place",
  engine: "own",
  priority: "P2",
  languages: SCRIPT,
  title: "Give React a new array instead of the changed old one",
  why: "The setter gets the same reference as before, so React sees no change and does not render. Copy first: `setItems([...items, item])`.",
  example: {
    path: "src/list.tsx",
    bad: "export function List() {\n  const [items, setItems] = useState<string[]>([]);\n  const add = (item: string) => {\n    items.push(item);\n    setItems(items);\n  };\n  return add;\n}\n",
    good: "export function List() {\n  const [items, setItems] = useState<string[]>([]);\n  const add = (item: string) => setItems([...items, item]);\n  return add;\n}\n",
  },
  check: (file) =>
    nodesMatching(file, "variable_declarator", String.raw`^\[[^=]*\]\s*=\s*(React\.)?useState\b`).flatMap((node) => {
      const match = /^\[\s*(?<state>\w+)\s*,\s*(?<setter>set\w+)\s*\]$/.exec(fieldText(node, "name"))?.groups;
      const value = fieldText(node, "value");
      if (match === undefined || !/^(?:React\.)?useState\b/.test(value)) return [];
      const owner = enclosing(node, SCRIPT_FUNCTIONS);
      if (owner === undefined) return [];
      return changesHandedBack(owner, match["state"] ?? "", match["setter"] ?? "");
    }),
};

function changesHandedBack(owner: SgNode, state: string, setter: string): ReturnType<typeof hitAt>[] {
  return nodesMatching(owner, "call_expression", String.raw`^${setter}\(`).flatMap((call) => {
    if (fieldText(call, "function") !== setter || argumentsOf(call)[0]?.text() !== state) return [];
    const block = enclosing(call, new Set(["statement_block"]));
    const before = block?.text().slice(0, call.range().start.index - block.range().start.index) ?? "";
    const isChanged = new RegExp(
      `(?<![\\w$.])${escapeRegExp(state)}\\.(?:push|splice|unshift|pop|shift|reverse|sort)\\(`,
    ).test(before);
    return isChanged && mentions(before, state) ? [hitAt(call)] : [];
  });
}
