// Python calls whose result or argument is not what it looks like.
import type { SgNode } from "@ast-grep/napi";
import type { OwnRule } from "../rule.ts";
import type { SourceFile } from "../source-file.ts";
import {
  argumentsOf,
  callsOf,
  enclosing,
  endsAtSqlValue,
  escapeRegExp,
  fieldText,
  hitAt,
  mentions,
  nodesMatching,
  nodesOf,
  PYTHON_FUNCTIONS,
} from "../syntax.ts";

export const coroutineNotAwaited: OwnRule = {
  id: "python-coroutine-not-awaited",
  engine: "own",
  priority: "P1",
  languages: ["python"],
  title: "Await this coroutine",
  why: "Calling an `async def` function only creates a coroutine; without `await` its body never runs.",
  example: {
    path: "mail.py",
    bad: "async def send(to):\n    await connect(to)\n\n\nasync def notify(users):\n    for user in users:\n        send(user)\n",
    good: "import asyncio\n\n\nasync def send(to):\n    await connect(to)\n\n\nasync def notify(users):\n    await send(users[0])\n    asyncio.create_task(send(users[1]))\n",
  },
  check(file) {
    const names = coroutines(file);
    if (names.size === 0) return [];
    const last = [...names].map((name) => name.slice(name.indexOf(".") + 1));
    return callsOf(file, String.raw`^(self\.)?(${last.join("|")})$`).flatMap((call) => {
      const statement = call.parent();
      if (statement?.is("expression_statement") !== true || statement.namedChildren().length !== 1) return [];
      const target = fieldText(call, "function");
      const method = /^self\.(?<name>\w+)$/.exec(target)?.groups?.["name"];
      const key = method === undefined ? target : `${className(call)}.${method}`;
      return names.has(key) ? [hitAt(call)] : [];
    });
  },
};

/** `name` for functions of the module, `Class.name` for methods; only undecorated ones that are declared once. */
function coroutines(file: SourceFile): ReadonlySet<string> {
  if (!file.text.includes("async def")) return new Set();
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const node of nodesOf(file, "function_definition")) {
    const owner = className(node);
    const name = fieldText(node, "name");
    const isModuleLevel = node.parent()?.is("module") === true;
    const key = owner === "" ? name : `${owner}.${name}`;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    const isAsync = node.child(0)?.is("async") === true;
    const isYielding = nodesOf(node, "yield").length > 0;
    if (isAsync && !isYielding && (isModuleLevel || node.parent()?.parent()?.is("class_definition") === true))
      found.add(key);
  }
  for (const node of nodesOf(file, "assignment", "parameters", "import_from_statement"))
    for (const name of found)
      if (!name.includes(".") && mentions(node.is("assignment") ? fieldText(node, "left") : node.text(), name))
        found.delete(name);
  return new Set([...found].filter((key) => seen.get(key) === 1));
}

function className(node: SgNode): string {
  return fieldText(enclosing(node, new Set(["class_definition"])), "name");
}

export const nanComparison: OwnRule = {
  id: "python-nan-comparison",
  engine: "own",
  priority: "P1",
  languages: ["python"],
  title: "Test for NaN with `isnan`",
  why: "NaN equals nothing, not even itself: this comparison always gives the same answer.",
  example: {
    path: "stats.py",
    bad: "import math\n\n\ndef is_missing(value):\n    return value == math.nan\n",
    good: "import math\n\n\ndef is_missing(value):\n    return math.isnan(value)\n",
  },
  check: (file) =>
    nodesMatching(file, "comparison_operator", "(?i)nan").flatMap((node) =>
      /(?:[=!]=|\bis(?:\s+not)?)\s*(?:float\(\s*["']nan["']\s*\)|(?:math|np|numpy)\.(?:nan|NaN))\b/i.test(node.text())
        ? [hitAt(node)]
        : [],
    ),
};

export const strippedSuffix: OwnRule = {
  id: "python-stripped-suffix",
  engine: "own",
  priority: "P2",
  languages: ["python"],
  title: "Use `removesuffix` or `removeprefix`",
  why: "`strip`, `lstrip` and `rstrip` take a set of characters, not a word: they also eat letters that belong to the rest (`'copy.py'.rstrip('.py')` is `'co'`).",
  example: {
    path: "names.py",
    bad: "def module(path):\n    return path.rstrip('.py')\n",
    good: "def module(path):\n    return path.removesuffix('.py').rstrip('/').rstrip('abc').lstrip('0123456789')\n",
  },
  check: (file) =>
    callsOf(file, String.raw`\.(lstrip|rstrip)$`).flatMap((call) => {
      const text = /^["'](?<text>[^"']*)["']$/.exec(argumentsOf(call)[0]?.text() ?? "")?.groups?.["text"] ?? "";
      const isWord =
        /^(?:https?:\/\/.*|\.[a-z]{2,}\d?(?:\.[a-z]+)*|[a-z]{2,}[/:_.-]+|[-_.][a-z]{3,}|[A-Za-z]{4,})$/.test(text);
      return isWord && text !== "abcdef" ? [hitAt(call)] : [];
    }),
};

export const forgottenFormat: OwnRule = {
  id: "python-forgotten-format",
  engine: "own",
  priority: "P2",
  languages: ["python"],
  title: "Add the `f` prefix to this message",
  why: "Without it the reader sees the braces and the variable's name instead of its value.",
  example: {
    path: "errors.py",
    bad: "def check(size):\n    if size < 0:\n        raise ValueError('bad size {size}')\n",
    good: "def check(size):\n    if size < 0:\n        raise ValueError(f'bad size {size}')\n    raise ValueError('use {name} in the template')\n",
  },
  check: (file) =>
    file.isTest
      ? []
      : nodesMatching(file, "raise_statement", String.raw`\{[a-zA-Z_]`).flatMap((statement) =>
          nodesMatching(statement, "string", String.raw`^["'][^{]*\{`).flatMap((node) => {
            const named = /^["'][^]*?(?<![{])\{(?<name>[a-z_]\w*)(?:![rsa])?\}(?!\})/i.exec(node.text())?.groups?.[
              "name"
            ];
            const owner = enclosing(node, new Set(["function_definition"]));
            if (named === undefined || owner === undefined || /\.format(?:_map)?\(|["']\s*%/.test(statement.text()))
              return [];
            const isLocal =
              mentions(fieldText(owner, "parameters"), named) ||
              new RegExp(`^\\s*(?:for\\s+)?${escapeRegExp(named)}\\s*(?:=|in\\b)`, "m").test(owner.text());
            return isLocal ? [hitAt(node)] : [];
          }),
        ),
};

export const sqlFromFormat: OwnRule = {
  id: "python-sql-from-format",
  engine: "own",
  priority: "P1",
  languages: ["python"],
  title: "Bind the value as a query parameter",
  why: "The value is pasted into the SQL text. A quote in it ends the string, and the rest runs as SQL.",
  example: {
    path: "users.py",
    bad: "def by_name(cursor, name):\n    cursor.execute(f\"SELECT * FROM users WHERE name = '{name}'\")\n",
    good: "def by_name(cursor, name):\n    cursor.execute('SELECT * FROM users WHERE name = %s', (name,))\n    cursor.execute(f'SELECT * FROM {TABLE} WHERE id IN ({placeholders})')\n",
  },
  check: (file) =>
    file.isTest
      ? []
      : callsOf(file, String.raw`\.(execute|executemany|executescript|raw|read_sql(_query)?)$`).flatMap((call) => {
          const first = argumentsOf(call)[0];
          return first !== undefined && pastesSqlValue(first.text())
            ? [{ ...hitAt(call), endLine: hitAt(call).line }]
            : [];
        }),
};

function pastesSqlValue(text: string): boolean {
  if (/^(?:text\()?[rb]?f["']/i.test(text))
    return [...text.matchAll(/\{(?<name>[^{}]+)\}/g)].some(
      (match) => endsAtSqlValue(text.slice(0, match.index)) && !isHarmlessName(match.groups?.["name"] ?? ""),
    );
  const formatted =
    /^(?<sql>["'][^]*["'])\s*(?:%\s*(?<percent>[^]+)|\.format\((?<format>[^]*)\)|\+\s*(?<plus>[\w.]+))/.exec(
      text,
    )?.groups;
  if (formatted === undefined) return false;
  const value = formatted["percent"] ?? formatted["format"] ?? formatted["plus"] ?? "";
  const sql = (formatted["sql"] ?? "").slice(1, -1);
  const cut = formatted["plus"] === undefined ? sql.search(/['"]?(?:%s|\{\w*\})/) : sql.length;
  return cut >= 0 && endsAtSqlValue(sql.slice(0, cut)) && !isHarmlessName(value.trim());
}

function isHarmlessName(name: string): boolean {
  if (/^(?:[A-Z][A-Z0-9_]*|[\w.]*\.[A-Z][A-Z0-9_]+|-?\d+)$/.test(name)) return true;
  return /^(?:int|float|len)\(|placeholder|param|table|column|schema|quote|escape|\bjoin\(|limit|offset|clause|field|where|literal|ident/i.test(
    name,
  );
}

export const shellFromFormat: OwnRule = {
  id: "python-shell-from-format",
  engine: "own",
  priority: "P1",
  languages: ["python"],
  title: "Pass the value as an argument, not as shell text",
  why: "The line goes to a shell, so a space, quote or `;` in the value changes the command. Pass a list without `shell=True`.",
  example: {
    path: "media.py",
    bad: "import subprocess\n\n\ndef probe(path):\n    return subprocess.run(f'ffprobe {path}', shell=True)\n",
    good: "import subprocess\n\n\ndef probe(path):\n    subprocess.run(f'echo {shlex.quote(path)}', shell=True)\n    return subprocess.run(['ffprobe', path])\n",
  },
  check: (file) =>
    file.isTest ||
    /(?:^|\/)(?:scripts?|tools?|build|ci|release|setup\.py|tasks\.py|noxfile\.py)(?:\/|$)/.test(file.path)
      ? []
      : callsOf(file, String.raw`^(os|subprocess)\.`).flatMap((call) => {
          const name = fieldText(call, "function");
          const isShell =
            /^os\.(?:system|popen)$/.test(name) ||
            (/^subprocess\.(?:run|call|check_call|check_output|Popen)$/.test(name) &&
              /\bshell\s*=\s*True\b/.test(call.text()));
          const first = argumentsOf(call)[0]?.text() ?? "";
          return isShell && pastesParameter(call, first) ? [hitAt(call)] : [];
        }),
};

function pastesParameter(call: SgNode, text: string): boolean {
  if (/quote\(|shlex/.test(text)) return false;
  const parameters = fieldText(enclosing(call, PYTHON_FUNCTIONS), "parameters");
  const pasted = /^r?f["']/i.test(text)
    ? [...text.matchAll(/\{(?<name>[a-z_]\w*)(?:\.\w+)*\}/gi)]
    : [...text.matchAll(/["']\s*(?:\+|%\s*\(?|\.format\()\s*(?<name>[a-z_]\w*)/gi)];
  return pasted.some((match) => {
    const name = match.groups?.["name"] ?? "";
    return (
      name !== "self" &&
      !/(?:cmd|command|args|pid|port)$/i.test(name) &&
      new RegExp(`(?<![\\w])${name}(?![\\w])(?!\\s*:\\s*(?:int|float|bool))`).test(parameters)
    );
  });
}

export const unsafeLoad: OwnRule = {
  id: "python-unsafe-load",
  engine: "own",
  priority: "P1",
  languages: ["python"],
  title: "Load this data with a safe parser",
  why: "`pickle` and unsafe YAML loaders build any object the data names, which runs code of whoever wrote the data.",
  example: {
    path: "inbox.py",
    bad: "import pickle\n\n\ndef receive(request):\n    return pickle.loads(request.body)\n",
    good: "import json\nimport yaml\n\n\ndef receive(request):\n    return json.loads(request.body), yaml.load(request.body, Loader=yaml.SafeLoader), yaml.safe_load('a')\n",
  },
  check: (file) =>
    file.isTest
      ? []
      : callsOf(file, String.raw`^(yaml\.load|c?[pP]ickle\.loads?|marshal\.loads|dill\.loads|eval|exec)$`).flatMap(
          (call) => {
            const name = fieldText(call, "function");
            const isYaml =
              name === "yaml.load" &&
              !/\b\w*(?:Safe|Base|Round)\w*|Loader\s*=\s*(?!(?:yaml\.)?(?:Unsafe|Full)?Loader\b)/.test(call.text()) &&
              !/\bruamel|\bYAML\(/.test(file.text);
            const isInput =
              /^(?:pickle\.loads?|cPickle\.loads?|marshal\.loads|dill\.loads|eval|exec)$/.test(name) &&
              /\b(?:request|req)\.(?:body|data|args|form|GET|POST|json|get_data|values|cookies|files)\b|\binput\(|\.recv\(/.test(
                argumentsOf(call)[0]?.text() ?? "",
              );
            return isYaml || isInput ? [hitAt(call)] : [];
          },
        ),
};
