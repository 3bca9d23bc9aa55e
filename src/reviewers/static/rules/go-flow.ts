// Go statements that compile and leak, dead-lock or go on after an error.
import type { SgNode } from "@ast-grep/napi";
import type { OwnRule } from "../rule.ts";
import type { SourceFile } from "../source-file.ts";
import {
  argumentsOf,
  callsOf,
  enclosing,
  escapeRegExp,
  fieldText,
  GO_FUNCTIONS,
  hitAt,
  isDirectlyInside,
  nodesMatching,
  nodesOf,
  statementsOf,
} from "../syntax.ts";

export const deferInLoop: OwnRule = {
  id: "go-defer-in-loop",
  engine: "own",
  priority: "P2",
  languages: ["go"],
  title: "Release this inside the loop turn",
  why: "`defer` runs when the function returns, not when the turn ends: files and locks pile up, and a second `Lock` waits for ever. Wrap the body in a function or release it directly.",
  example: {
    path: "copy.go",
    bad: "package copy\n\nfunc All(names []string) error {\n\tfor _, name := range names {\n\t\tf, err := os.Open(name)\n\t\tif err != nil {\n\t\t\treturn err\n\t\t}\n\t\tdefer f.Close()\n\t}\n\treturn nil\n}\n",
    good: "package copy\n\nfunc All(names []string) error {\n\tfor _, name := range names {\n\t\tif err := func() error {\n\t\t\tf, err := os.Open(name)\n\t\t\tif err != nil {\n\t\t\t\treturn err\n\t\t\t}\n\t\t\tdefer f.Close()\n\t\t\treturn nil\n\t\t}(); err != nil {\n\t\t\treturn err\n\t\t}\n\t}\n\treturn nil\n}\n",
  },
  check: (file) =>
    file.isTest
      ? []
      : nodesOf(file, "defer_statement").flatMap((node) => {
          const loop = enclosing(node, new Set(["for_statement"]), GO_FUNCTIONS);
          if (
            loop === undefined ||
            !/\.(?:Close|Unlock|RUnlock|Rollback|Stop)\(\)$|^defer cancel\(\)$/.test(node.text())
          )
            return [];
          // A turn that ends in `return` runs the deferred call right away.
          const isLast = node.nextAll().some((next) => next.is("return_statement") || next.is("break_statement"));
          return isLast ? [] : [hitAt(node)];
        }),
};

export const addInsideGoroutine: OwnRule = {
  id: "go-wait-group-add-inside",
  engine: "own",
  priority: "P1",
  languages: ["go"],
  title: "Call `Add` before the goroutine starts",
  why: "`Wait` may run before the new goroutine does and then returns while work is still going on.",
  example: {
    path: "pool.go",
    bad: "package pool\n\nfunc Run(jobs []func()) {\n\tvar wg sync.WaitGroup\n\tfor _, job := range jobs {\n\t\tgo func() {\n\t\t\twg.Add(1)\n\t\t\tdefer wg.Done()\n\t\t\tjob()\n\t\t}()\n\t}\n\twg.Wait()\n}\n",
    good: "package pool\n\nfunc Run(jobs []func()) {\n\tvar wg sync.WaitGroup\n\tfor _, job := range jobs {\n\t\twg.Add(1)\n\t\tgo func() {\n\t\t\tdefer wg.Done()\n\t\t\tjob()\n\t\t}()\n\t}\n\twg.Wait()\n}\n",
  },
  check: (file) =>
    nodesOf(file, "go_statement").flatMap((statement) => {
      const body = nodesOf(statement, "func_literal")[0]?.field("body");
      const list = body?.namedChildren().find((child) => child.is("statement_list"));
      if (list === undefined) return [];
      return statementsOf(list)
        .slice(0, 2)
        .filter(
          (node) =>
            /^\w*(?:wg|waitGroup|WaitGroup|Wg|WG)\w*\.Add\(1\)$/.test(node.text()) ||
            /^[\w.]*\b(?:wg|waitGroup)\.Add\(1\)$/.test(node.text()),
        )
        .filter((node) =>
          new RegExp(`defer\\s+${escapeRegExp(node.text().replace(/\.Add\(1\)$/, ""))}\\.Done\\(\\)`).test(list.text()),
        )
        .map((node) => hitAt(node));
    }),
};

export const lockHeldOnReturn: OwnRule = {
  id: "go-lock-held-on-return",
  engine: "own",
  priority: "P1",
  languages: ["go"],
  title: "Unlock before this early return",
  why: "This path leaves the function with the lock held, and the next `Lock` waits for ever. Use `defer` right after `Lock`.",
  example: {
    path: "cache.go",
    bad: 'package cache\n\nfunc (c *Cache) Put(key string) error {\n\tc.mu.Lock()\n\tif key == "" {\n\t\treturn errEmpty\n\t}\n\tc.keys[key] = true\n\tc.mu.Unlock()\n\treturn nil\n}\n',
    good: 'package cache\n\nfunc (c *Cache) Put(key string) error {\n\tc.mu.Lock()\n\tif key == "" {\n\t\tc.mu.Unlock()\n\t\treturn errEmpty\n\t}\n\tc.keys[key] = true\n\tc.mu.Unlock()\n\treturn nil\n}\n',
  },
  check: (file) =>
    listsWithLock(file).flatMap((list) => {
      const statements = statementsOf(list);
      return statements.flatMap((statement, index) => {
        const lock = /^(?<owner>[\w.]+)\.(?<kind>R?)Lock\(\)$/.exec(statement.text())?.groups;
        if (lock === undefined) return [];
        const unlock = `${lock["owner"]}.${lock["kind"]}Unlock()`;
        const rest = statements.slice(index + 1);
        const end = rest.findIndex((next) => next.text() === unlock);
        const held = end < 0 ? [] : rest.slice(0, end);
        if (held.some((next) => next.text().includes(unlock) && !next.is("if_statement"))) return [];
        return held.flatMap((next) =>
          next.text().includes(unlock)
            ? []
            : nodesOf(next, "return_statement")
                .filter((node) => isDirectlyInside(node, list, GO_FUNCTIONS))
                .map((node) => hitAt(node)),
        );
      });
    }),
};

/** Statement lists that hold a plain `x.Lock()`, each once. */
function listsWithLock(file: SourceFile): SgNode[] {
  const lists = callsOf(file, String.raw`\.R?Lock$`).flatMap((call) => {
    const list = call.parent()?.parent();
    return list?.is("statement_list") === true ? [list] : [];
  });
  return [...new Map(lists.map((list) => [list.id(), list])).values()];
}

export const bodyNotClosed: OwnRule = {
  id: "go-body-not-closed",
  engine: "own",
  priority: "P2",
  languages: ["go"],
  title: "Close the response body",
  why: "An unclosed body keeps its connection and goroutine for ever; under load the process runs out of sockets.",
  example: {
    path: "ping.go",
    bad: "package ping\n\nfunc Ping(url string) (int, error) {\n\tresp, err := http.Get(url)\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\treturn resp.StatusCode, nil\n}\n",
    good: "package ping\n\nfunc Ping(url string) (int, error) {\n\tresp, err := http.Get(url)\n\tif err != nil {\n\t\treturn 0, err\n\t}\n\tdefer resp.Body.Close()\n\treturn resp.StatusCode, nil\n}\n",
  },
  check: (file) =>
    nodesMatching(file, "short_var_declaration", String.raw`^\w+,\s*\w+\s*:=\s*(http\.|\w*[cC]lient\.)`).flatMap(
      (node) => {
        const text = node.text();
        const name =
          /^(?<name>\w+),\s*\w+\s*:=\s*(?:http\.(?:Get|Post|Head|PostForm)|http\.DefaultClient\.(?:Do|Get|Post)|\w*[cC]lient\.(?:Do|Get|Post))\((?!ctx\b)/.exec(
            text,
          )?.groups?.["name"];
        const isDo = /Client\.Do\(|client\.Do\(/.test(text)
          ? /\bhttp\.NewRequest/.test(file.text)
          : /\bhttp\.(?:Get|Post|Head|PostForm|DefaultClient)\b/.test(text);
        if (name === undefined || name === "_" || !isDo) return [];
        const owner = enclosing(node, GO_FUNCTIONS);
        const body = owner?.text() ?? "";
        // Handed on whole, or any use of its Body: somebody else may close it.
        const isHandled = new RegExp(
          `\\b${name}\\.Body\\b|return\\s+(?:[^\\n]*[ ,(&])?${name}\\b(?!\\.)|[(,]\\s*&?${name}\\s*[,)}]|[:=]\\s*${name}\\b(?!\\.)|<-\\s*${name}\\b`,
        ).test(body.slice(body.indexOf(text) + text.length));
        return isHandled ? [] : [hitAt(node)];
      },
    ),
};

export const errorOverwritten: OwnRule = {
  id: "go-error-overwritten",
  engine: "own",
  priority: "P2",
  languages: ["go"],
  title: "Check this error before it is overwritten",
  why: "The next statement stores another value in the same variable, so this error is lost and the code goes on with an invalid result.",
  example: {
    path: "parse.go",
    bad: "package parse\n\nfunc Pair(a, b string) (int, int, error) {\n\tx, err := strconv.Atoi(a)\n\ty, err := strconv.Atoi(b)\n\treturn x, y, err\n}\n",
    good: "package parse\n\nfunc Pair(a, b string) (int, int, error) {\n\tx, err := strconv.Atoi(a)\n\tif err != nil {\n\t\treturn 0, 0, err\n\t}\n\ty, err := strconv.Atoi(b)\n\treturn x, y, err\n}\n",
  },
  check: (file) =>
    assignmentsToError(file).flatMap((node) => {
      const error = assignedError(node);
      const next = followingStatement(node);
      if (error === undefined || next === undefined || assignedError(next) !== error) return [];
      if (/^err\w*\s*=\s*\w+$/.test(node.text()) || !fieldText(node, "right").includes("(")) return [];
      return new RegExp(`\\b${error}\\b`).test(fieldText(next, "right")) ? [] : [hitAt(node)];
    }),
};

/** The next statement, read one sibling at a time: a whole function of siblings is too much for one question. */
function followingStatement(node: SgNode): SgNode | undefined {
  for (let next = node.next(); next !== null; next = next.next())
    if (next.isNamed() && !next.is("comment")) return next;
  return undefined;
}

function assignmentsToError(file: SourceFile): SgNode[] {
  return ["short_var_declaration", "assignment_statement"].flatMap((kind) =>
    file.find({ rule: { kind, has: { field: "left", regex: String.raw`\berr(or)?\d*$` } } }),
  );
}

/** The `err…` variable that a declaration or assignment of a call's results sets. */
function assignedError(node: SgNode): string | undefined {
  if (!node.is("short_var_declaration") && !node.is("assignment_statement")) return undefined;
  if (node.is("assignment_statement") && fieldText(node, "operator") !== "=") return undefined;
  const names = fieldText(node, "left").split(/\s*,\s*/);
  return names.find((name) => /^err(?:or)?\d*$/.test(name));
}

export const breakInSelect: OwnRule = {
  id: "go-break-leaves-select-only",
  engine: "own",
  priority: "P2",
  languages: ["go"],
  title: "Leave the loop, not only the `select`",
  why: "`break` ends the `select`; the surrounding `for` goes on and spins on the closed channel. Use `return` or a label.",
  example: {
    path: "loop.go",
    bad: "package loop\n\nfunc Run(ctx context.Context, jobs chan int) {\n\tfor {\n\t\tselect {\n\t\tcase <-ctx.Done():\n\t\t\tbreak\n\t\tcase job := <-jobs:\n\t\t\twork(job)\n\t\t}\n\t}\n}\n",
    good: "package loop\n\nfunc Run(ctx context.Context, jobs chan int) {\n\tfor {\n\t\tselect {\n\t\tcase <-ctx.Done():\n\t\t\treturn\n\t\tcase job := <-jobs:\n\t\t\twork(job)\n\t\t}\n\t}\n}\n",
  },
  check: (file) =>
    nodesOf(file, "communication_case").flatMap((node) => {
      if (!/^case\s+<-\s*(?:[\w.]*\.Done\(\)|[\w.]*(?:done|quit|stop|closed?|exit)\w*)\s*:/i.test(node.text()))
        return [];
      const list = node.namedChildren().find((child) => child.is("statement_list"));
      const last = list === undefined ? undefined : statementsOf(list).at(-1);
      const select = enclosing(node, new Set(["select_statement"]));
      const block = select?.parent();
      const loop = block?.parent()?.parent();
      if (last?.text() !== "break" || loop?.is("for_statement") !== true) return [];
      const isLastStatement = select?.nextAll().every((next) => !next.isNamed() || next.is("comment")) === true;
      return isLastStatement && /^for\s*\{/.test(loop.text()) ? [hitAt(last)] : [];
    }),
};

export const handlerGoesOn: OwnRule = {
  id: "go-handler-goes-on-after-error",
  engine: "own",
  priority: "P2",
  languages: ["go"],
  title: "Return after `http.Error`",
  why: "`http.Error` does not end the handler: it goes on with invalid values and writes a second answer behind the error.",
  example: {
    path: "handler.go",
    bad: "package handler\n\nfunc Show(w http.ResponseWriter, r *http.Request) {\n\titem, err := load(r)\n\tif err != nil {\n\t\thttp.Error(w, err.Error(), 500)\n\t}\n\tfmt.Fprint(w, item.Name)\n}\n",
    good: "package handler\n\nfunc Show(w http.ResponseWriter, r *http.Request) {\n\titem, err := load(r)\n\tif err != nil {\n\t\thttp.Error(w, err.Error(), 500)\n\t\treturn\n\t}\n\tfmt.Fprint(w, item.Name)\n}\n",
  },
  check: (file) =>
    callsOf(file, String.raw`^http\.Error$`).flatMap((call) => {
      if (argumentsOf(call).length !== 3) return [];
      const statement = call.parent();
      const branch = enclosing(call, new Set(["if_statement"]), GO_FUNCTIONS);
      if (statement === null || branch === undefined || branch.field("alternative") !== null) return [];
      if (
        !isDirectlyInside(
          statement,
          branch,
          new Set([...GO_FUNCTIONS, "if_statement", "for_statement", "expression_case"]),
        )
      )
        return [];
      const isLast = statement.nextAll().every((next) => !next.isNamed() || next.is("comment"));
      const goesOn = branch
        .nextAll()
        .some((next) => next.isNamed() && !next.is("comment") && !next.is("return_statement"));
      return isLast && goesOn && branch.parent()?.is("statement_list") === true ? [hitAt(call)] : [];
    }),
};
