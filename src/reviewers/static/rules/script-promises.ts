// Promises that nobody waits for, in JavaScript and TypeScript. All judgements stay inside one file: a name counts as
// asynchronous only when the same file declares it so, exactly once.
import type { SgNode } from "@ast-grep/napi";
import { SCRIPT, type Hit, type OwnRule } from "../rule.ts";
import type { SourceFile } from "../source-file.ts";
import { argumentsOf, callsOf, enclosing, fieldText, hitAt, nodesMatching, SCRIPT_FUNCTIONS } from "../syntax.ts";

export const asyncForEach: OwnRule = {
  id: "async-for-each",
  engine: "own",
  priority: "P2",
  languages: SCRIPT,
  title: "Wait for the asynchronous callback of `forEach`",
  why: "`forEach` ignores the promise that the callback returns: the code after it runs before the work is done, and a rejection is unhandled. Use `for … of` with `await`, or `await Promise.all(items.map(…))`.",
  example: {
    path: "src/sync.ts",
    bad: "export async function sync(items: string[]) {\n  items.forEach(async (item) => {\n    await save(item);\n  });\n  return done();\n}\n",
    good: "export async function sync(items: string[]) {\n  for (const item of items) await save(item);\n  items.forEach((item) => log(item));\n}\n",
  },
  check: (file) =>
    asyncCallbacks(file, ["forEach"]).flatMap(({ call, callback }) => {
      const isLast = /\btry\b/.test(fieldText(callback, "body")) && !isInsideAsync(call);
      return isLast || !/\bawait\b/.test(callback.text()) ? [] : [firstLine(call)];
    }),
};

export const asyncPredicate: OwnRule = {
  id: "async-predicate",
  engine: "own",
  priority: "P1",
  languages: SCRIPT,
  title: "Do not pass an asynchronous predicate",
  why: "The predicate returns a promise, and a promise is always truthy: `filter` keeps every element, `some` and `find` answer with the first one. Await the answers first.",
  example: {
    path: "src/access.js",
    bad: "export const allowed = (users) => users.filter(async (user) => await isAllowed(user));\n",
    good: "export const allowed = (users) => users.filter((user) => isAllowed(user));\n",
  },
  check: (file) =>
    asyncCallbacks(file, ["filter", "some", "every", "find", "findIndex", "findLast"]).flatMap(({ call, callback }) => {
      // Streams and query libraries have awaiting methods of the same names; they are awaited or chained from a call.
      if (/\b(?:Promise|Bluebird|stream|Readable|asyncIter|from|async|page|locator)\b/i.test(receiverOf(call)))
        return [];
      if (call.parent()?.is("await_expression") === true) return [];
      return [hitAt(callback.parent() === null ? call : call)].map((hit) => ({ ...hit, endLine: hit.line }));
    }),
};

export const droppedPromise: OwnRule = {
  id: "dropped-promise",
  engine: "own",
  priority: "P2",
  languages: SCRIPT,
  title: "Await this call",
  why: "The function is asynchronous and its other calls are awaited, but here the promise is dropped: the next line runs before it is done, and a rejection is unhandled.",
  example: {
    path: "src/store.ts",
    bad: "async function flush(key: string) {\n  await send(key);\n}\nexport async function close() {\n  await flush('a');\n  flush('b');\n  end();\n}\n",
    good: "async function flush(key: string) {\n  await send(key);\n}\nexport async function close() {\n  await flush('a');\n  void flush('b');\n  flush('c').catch(report);\n}\n",
  },
  check(file) {
    const names = asyncNames(file);
    return callsOfAny(file, names).flatMap((call) => {
      const name = fieldText(call, "function");
      // Logging and metrics are started and left alone on purpose.
      if (/^(?:log|track|report|emit|record)(?![a-z])/.test(name)) return [];
      if (call.parent()?.is("expression_statement") !== true || !isInsideAsync(call) || !isAwaitedElsewhere(file, name))
        return [];
      return [hitAt(call)];
    });
  },
};

export const promiseAsCondition: OwnRule = {
  id: "promise-as-condition",
  engine: "own",
  priority: "P1",
  languages: SCRIPT,
  title: "Await the promise before testing it",
  why: "The function is asynchronous, so this tests a promise, which is always truthy: the condition never changes.",
  example: {
    path: "src/guard.js",
    bad: "async function isOpen(id) {\n  return (await load(id)).open;\n}\nexport async function enter(id) {\n  if (!isOpen(id)) throw new Error('closed');\n}\n",
    good: "async function isOpen(id) {\n  return (await load(id)).open;\n}\nexport async function enter(id) {\n  if (!(await isOpen(id))) throw new Error('closed');\n}\n",
  },
  check(file) {
    const names = asyncNames(file);
    return callsOfAny(file, names).flatMap((call) => {
      const parent = call.parent();
      const isNegated = parent?.is("unary_expression") === true && fieldText(parent, "operator") === "!";
      const isCondition = parent?.is("parenthesized_expression") === true && isConditionOf(parent);
      const isTernary = parent?.is("ternary_expression") === true && parent.field("condition")?.id() === call.id();
      return isNegated || isCondition || isTernary ? [hitAt(call)] : [];
    });
  },
};

export const bodyReaderNotCalled: OwnRule = {
  id: "body-reader-not-called",
  engine: "own",
  priority: "P2",
  languages: SCRIPT,
  title: "Call the body reader",
  why: "Without parentheses this awaits the method itself and yields a function instead of the body.",
  example: {
    path: "src/api.ts",
    bad: "export async function load(url: string) {\n  const response = await fetch(url);\n  return await response.json;\n}\n",
    good: "export async function load(url: string) {\n  const response = await fetch(url);\n  return await response.json();\n}\n",
  },
  check: (file) =>
    nodesMatching(file, "await_expression", String.raw`\.(json|text|arrayBuffer|blob|formData)$`).flatMap((node) => {
      const target = node.child(1);
      if (target === null || !target.is("member_expression")) return [];
      return /^(?:res|resp|response)\.(?:json|text|arrayBuffer|blob|formData)$/.test(target.text())
        ? [hitAt(node)]
        : [];
    }),
};

function firstLine(call: SgNode): Hit {
  const method = call.field("function")?.field("property") ?? call;
  return { ...hitAt(method), endLine: hitAt(method).line };
}

/** Calls of `receiver.method(async …)` for the given methods. */
function asyncCallbacks(file: SourceFile, methods: readonly string[]): { call: SgNode; callback: SgNode }[] {
  return callsOf(file, String.raw`\.(${methods.join("|")})$`).flatMap((call) => {
    const [callback] = argumentsOf(call);
    return callback !== undefined && SCRIPT_FUNCTIONS.has(String(callback.kind())) && isAsync(callback)
      ? [{ call, callback }]
      : [];
  });
}

function receiverOf(call: SgNode): string {
  return fieldText(call.field("function"), "object");
}

function isAsync(node: SgNode): boolean {
  return node.children().some((child) => child.is("async"));
}

function isInsideAsync(node: SgNode): boolean {
  const owner = enclosing(node, SCRIPT_FUNCTIONS);
  return owner !== undefined && isAsync(owner);
}

function isConditionOf(node: SgNode): boolean {
  const parent = node.parent();
  return (
    parent !== null &&
    (parent.is("if_statement") || parent.is("while_statement")) &&
    parent.field("condition")?.id() === node.id()
  );
}

function isAwaitedElsewhere(file: SourceFile, name: string): boolean {
  return file.text.includes(`await ${name}(`);
}

function callsOfAny(file: SourceFile, names: readonly string[]): SgNode[] {
  return names.length === 0 ? [] : callsOf(file, `^(${names.join("|")})$`);
}

/** Functions declared `async` in this file, under a plain name that nothing else in the file has. */
function asyncNames(file: SourceFile): readonly string[] {
  if (!file.text.includes("async ")) return [];
  const functions = nodesMatching(file, "function_declaration", String.raw`^async\s`);
  const arrows = file.find({
    rule: { kind: "variable_declarator", has: { field: "value", kind: "arrow_function", regex: String.raw`^async\b` } },
  });
  const names = [...functions, ...arrows].map((node) => fieldText(node, "name"));
  return names.filter((name) => /^\w+$/.test(name) && isDeclaredOnce(file, name));
}

/** False when the name is also a parameter, a destructured variable or declared again: then a call may mean another one. */
function isDeclaredOnce(file: SourceFile, name: string): boolean {
  const declarations = file.text.match(new RegExp(`\\b(?:function\\*?|const|let|var|class)\\s+${name}\\b`, "g")) ?? [];
  const word = String.raw`\b${name}\b`;
  const isBound = ["formal_parameters", "object_pattern", "array_pattern"].some(
    (kind) => nodesMatching(file, kind, word).length > 0,
  );
  return declarations.length === 1 && !isBound;
}
