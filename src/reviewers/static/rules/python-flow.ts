// Python statements that run, and do something other than they read like.
import type { SgNode } from "@ast-grep/napi";
import type { OwnRule } from "../rule.ts";
import type { SourceFile } from "../source-file.ts";
import {
  argumentsOf,
  enclosing,
  escapeRegExp,
  fieldText,
  hitAt,
  isDirectlyInside,
  mentions,
  nodesMatching,
  nodesOf,
  PYTHON_FUNCTIONS,
  statementsOf,
} from "../syntax.ts";

export const mutableDefault: OwnRule = {
  id: "python-mutable-default",
  engine: "own",
  priority: "P2",
  languages: ["python"],
  title: "Create the default inside the function",
  why: "The default is made once, when the function is defined, and this function changes or keeps it: all later calls share the change. Use `None` and create it inside.",
  example: {
    path: "cart.py",
    bad: "def add(item, items=[]):\n    items.append(item)\n    return items\n",
    good: "def add(item, items=None, known=()):\n    items = [] if items is None else items\n    items.append(item)\n    return items\n\n\ndef total(prices=[]):\n    return sum(prices)\n",
  },
  check: (file) =>
    defaultsMatching(file, String.raw`^[\[{]|^(list|dict|set|defaultdict|OrderedDict|deque)\(`).flatMap((node) => {
      const value = fieldText(node, "value");
      const isFresh =
        /^(?:\[\s*\]|\{\s*\}|(?:list|dict|set|defaultdict|OrderedDict|deque)\([^)]*\))$/.test(value) ||
        /^[[{][^]*[\]}]$/.test(value);
      const name = escapeRegExp(fieldText(node, "name") || (node.child(0)?.text() ?? ""));
      const body = fieldText(enclosing(node, PYTHON_FUNCTIONS), "body");
      if (!isFresh || name === "" || new RegExp(`^\\s*${name}\\s*=[^=]`, "m").test(body)) return [];
      const changes = `(?<![\\w.])${name}(?:\\.(?:append|extend|insert|remove|pop|clear|update|setdefault|add|discard|sort|reverse)\\(|\\[[^\\]]+\\]\\s*[-+*/|]?=[^=]|\\s*\\+=)|\\bself\\.\\w+\\s*=\\s*${name}\\s*$`;
      return new RegExp(changes, "m").test(body) ? [hitAt(node)] : [];
    }),
};

export const clockAsDefault: OwnRule = {
  id: "python-clock-as-default",
  engine: "own",
  priority: "P2",
  languages: ["python"],
  title: "Take the time inside the function",
  why: "A default is computed once, when the module loads: every later call gets the same time or id.",
  example: {
    path: "audit.py",
    bad: "from datetime import datetime\n\n\ndef note(text, at=datetime.now()):\n    return text, at\n",
    good: "from datetime import datetime\n\n\ndef note(text, at=None):\n    return text, at or datetime.now()\n",
  },
  check: (file) =>
    defaultsMatching(file, String.raw`\(`).flatMap((node) =>
      /^(?:(?:datetime\.)?(?:datetime|date)\.(?:now|utcnow|today)|timezone\.now|time\.(?:time|monotonic)|(?:uuid\.)?uuid[14])\(/.test(
        fieldText(node, "value"),
      )
        ? [hitAt(node)]
        : [],
    ),
};

export const literalIdentity: OwnRule = {
  id: "python-literal-identity",
  engine: "own",
  priority: "P2",
  languages: ["python"],
  title: "Compare with `==`, not `is`",
  why: "`is` asks whether both are the same object. For equal strings, numbers and tuples that depends on the interpreter's caches, so the answer changes with the value and the version.",
  example: {
    path: "mode.py",
    bad: "def is_fast(mode):\n    return mode is 'fast'\n",
    good: "def is_fast(mode):\n    return mode == 'fast' and mode is not None and mode is not ...\n",
  },
  check: (file) =>
    nodesMatching(file, "comparison_operator", String.raw`\bis\b`).flatMap((node) => {
      if (!node.children().some((child) => child.is("is") || child.is("is not"))) return [];
      const operands = node.namedChildren();
      return operands.some((child) => /^(?:string|integer|float|tuple|list|dictionary|set)$/.test(String(child.kind())))
        ? [hitAt(node)]
        : [];
    }),
};

export const swallowedEverything: OwnRule = {
  id: "python-swallowed-exit",
  engine: "own",
  priority: "P2",
  languages: ["python"],
  title: "Name the exceptions that may be ignored",
  why: "A bare `except` also catches `KeyboardInterrupt`, `SystemExit` and every programming error, and this one drops them without a trace.",
  example: {
    path: "cache.py",
    bad: "def read(path):\n    try:\n        return open(path).read()\n    except:\n        pass\n",
    good: "def read(path):\n    try:\n        return open(path).read()\n    except OSError:\n        pass\n",
  },
  check: (file) =>
    file.isTest
      ? []
      : nodesOf(file, "except_clause").flatMap((node) =>
          /^except(?:\s+BaseException)?\s*:/.test(node.text()) && isEmptyBlock(node)
            ? [{ ...hitAt(node), endLine: hitAt(node).line }]
            : [],
        ),
};

/** Parameters with a default that matches. */
function defaultsMatching(file: SourceFile, value: string): SgNode[] {
  return ["default_parameter", "typed_default_parameter"].flatMap((kind) =>
    file.find({ rule: { kind, has: { field: "value", regex: value } } }),
  );
}

function isEmptyBlock(clause: SgNode): boolean {
  const block = clause.namedChildren().find((child) => child.is("block"));
  return (
    block !== undefined && statementsOf(block).every((statement) => /^(?:pass|\.\.\.|continue)$/.test(statement.text()))
  );
}

export const exceptOr: OwnRule = {
  id: "python-except-or",
  engine: "own",
  priority: "P1",
  languages: ["python"],
  title: "List the exceptions in a tuple",
  why: "`except A or B` evaluates to `A` alone, so `B` is not caught.",
  example: {
    path: "load.py",
    bad: "def load(text):\n    try:\n        return int(text)\n    except ValueError or TypeError:\n        return 0\n",
    good: "def load(text):\n    try:\n        return int(text)\n    except (ValueError, TypeError):\n        return 0\n",
  },
  check: (file) =>
    nodesOf(file, "except_clause").flatMap((node) => {
      const line = node.text().split("\n")[0] ?? "";
      return /^except\s*\(?\s*[\w.]+\s+(?:or|and)\s+[\w.]+/.test(line)
        ? [{ ...hitAt(node), endLine: hitAt(node).line }]
        : [];
    }),
};

export const returnInFinally: OwnRule = {
  id: "python-return-in-finally",
  engine: "own",
  priority: "P2",
  languages: ["python"],
  title: "Move the `return` out of `finally`",
  why: "A `return` in `finally` throws away the exception that is on its way and any value returned before.",
  example: {
    path: "job.py",
    bad: "def run(job):\n    try:\n        job.start()\n    finally:\n        return job.state\n",
    good: "def run(job):\n    try:\n        job.start()\n    finally:\n        job.close()\n    return job.state\n",
  },
  check: (file) =>
    nodesOf(file, "finally_clause").flatMap((clause) =>
      nodesOf(clause, "return_statement")
        .filter((node) => isDirectlyInside(node, clause, PYTHON_FUNCTIONS))
        .map((node) => hitAt(node)),
    ),
};

export const tupleAssertion: OwnRule = {
  id: "python-tuple-assertion",
  engine: "own",
  priority: "P1",
  languages: ["python"],
  title: "Remove the parentheses of this assertion",
  why: "`assert (condition, message)` asserts a tuple, which is always true: nothing is checked.",
  example: {
    path: "check.py",
    bad: "def check(size):\n    assert (size > 0, 'empty')\n",
    good: "def check(size):\n    assert size > 0, 'empty'\n    assert (size > 0), 'empty'\n",
  },
  check: (file) =>
    nodesOf(file, "assert_statement").flatMap((node) => {
      const [only, ...rest] = node.namedChildren();
      return rest.length === 0 && only?.is("tuple") === true && only.namedChildren().length > 0 ? [hitAt(node)] : [];
    }),
};

export const raisedConstant: OwnRule = {
  id: "python-raised-constant",
  engine: "own",
  priority: "P2",
  languages: ["python"],
  title: "Raise `NotImplementedError`",
  why: "`NotImplemented` is a value for comparisons, not an exception: raising it gives a confusing TypeError that no `except NotImplementedError` catches.",
  example: {
    path: "shape.py",
    bad: "class Shape:\n    def area(self):\n        raise NotImplemented\n",
    good: "class Shape:\n    def area(self):\n        raise NotImplementedError\n\n    def __eq__(self, other):\n        return NotImplemented\n",
  },
  check: (file) =>
    nodesMatching(file, "raise_statement", "NotImplemented").flatMap((node) =>
      /^raise\s+NotImplemented(?:\(|\s*$)/.test(node.text()) ? [hitAt(node)] : [],
    ),
};

export const collectionChangedWhileIterating: OwnRule = {
  id: "python-collection-changed-while-iterating",
  engine: "own",
  priority: "P2",
  languages: ["python"],
  title: "Iterate over a copy when the loop removes elements",
  why: "Removing from a list while walking it skips the next element; removing from a dict or set raises RuntimeError.",
  example: {
    path: "sessions.py",
    bad: "def prune(sessions):\n    for session in sessions:\n        if session.expired:\n            sessions.remove(session)\n",
    good: "def prune(sessions):\n    for session in list(sessions):\n        if session.expired:\n            sessions.remove(session)\n    for session in sessions:\n        if session.mine:\n            sessions.remove(session)\n            break\n",
  },
  check: (file) =>
    nodesOf(file, "for_statement").flatMap((loop) => {
      const walked = /^(?<name>[\w.]+?)(?:\.(?:keys|items|values)\(\))?$/.exec(fieldText(loop, "right"))?.groups?.[
        "name"
      ];
      if (walked === undefined) return [];
      const variable = fieldText(loop, "left");
      return nodesOf(loop, "call", "delete_statement")
        .filter((node) => isRemoval(node, walked, variable))
        .filter((node) => isDirectlyInside(node, loop, PYTHON_FUNCTIONS) && !leaves(node))
        .map((node) => hitAt(node));
    }),
};

function isRemoval(node: SgNode, walked: string, variable: string): boolean {
  const name = escapeRegExp(walked);
  if (node.is("delete_statement")) return new RegExp(`^del\\s+${name}\\[[^\\]]*\\]$`).test(node.text());
  const argument = argumentsOf(node)[0]?.text() ?? "";
  if (!variable.split(/[\s,()]+/).includes(argument)) return false;
  return new RegExp(`^${name}\\.(?:remove|pop|discard)$`).test(fieldText(node, "function"));
}

function leaves(node: SgNode): boolean {
  const statement = node.is("delete_statement")
    ? node
    : enclosing(node, new Set(["expression_statement", "return_statement", "block"]));
  if (statement === undefined || statement.is("return_statement")) return true;
  const following = statement.nextAll();
  return following.some((next) => /^(?:break|return|raise)\b/.test(next.text()));
}

export const lateBoundLoopVariable: OwnRule = {
  id: "python-late-bound-loop-variable",
  engine: "own",
  priority: "P2",
  languages: ["python"],
  title: "Bind the loop variable in the lambda",
  why: "The lambda looks the variable up when it is called, after the loop: every stored lambda sees the last value. Write `lambda item=item: …`.",
  example: {
    path: "buttons.py",
    bad: "def build(names, show):\n    actions = []\n    for name in names:\n        actions.append(lambda: show(name))\n    return actions\n",
    good: "def build(names, show):\n    actions = []\n    for name in names:\n        actions.append(lambda name=name: show(name))\n        names.sort(key=lambda other: other == name)\n    return actions\n",
  },
  check: (file) =>
    nodesOf(file, "lambda").flatMap((lambda) => {
      const loop = enclosing(lambda, new Set(["for_statement"]), new Set(["function_definition"]));
      if (loop === undefined || !isStored(lambda) || leavesLoop(lambda, loop)) return [];
      const variables = fieldText(loop, "left")
        .split(/[\s,()]+/)
        .filter((name) => name !== "" && name !== "_");
      const body = fieldText(lambda, "body");
      const parameters = fieldText(lambda, "parameters");
      const isLate = variables.some((name) => mentions(body, name) && !mentions(parameters, name));
      return isLate && isDirectlyInside(lambda, loop.field("body") ?? loop, PYTHON_FUNCTIONS) ? [hitAt(lambda)] : [];
    }),
};

/** True when the lambda outlives its turn of the loop: appended, connected, put in a container or an attribute. */
function isStored(lambda: SgNode): boolean {
  const parent = lambda.parent();
  if (parent?.is("assignment") === true) return /^[\w.]+\[[^]*\]$/.test(fieldText(parent, "left"));
  const call = parent?.is("argument_list") === true ? parent.parent() : null;
  return (
    call !== null &&
    /\.(?:append|connect|add_callback|add_done_callback|call_later|after|bind)$/.test(fieldText(call, "function"))
  );
}

function leavesLoop(lambda: SgNode, loop: SgNode): boolean {
  const statement = enclosing(lambda, new Set(["expression_statement"]));
  return (
    statement === undefined ||
    statement.nextAll().some((next) => /^(?:break|return)\b/.test(next.text())) ||
    loop.is("block")
  );
}
