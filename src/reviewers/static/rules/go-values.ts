// Go values that are not what they look like: nil maps, unit-less durations, unbuffered signal channels, pasted SQL.
import type { OwnRule } from "../rule.ts";
import {
  argumentsOf,
  callsOf,
  enclosing,
  endsAtSqlValue,
  escapeRegExp,
  GO_FUNCTIONS,
  hitAt,
  nodesMatching,
} from "../syntax.ts";

export const nilMapWrite: OwnRule = {
  id: "go-nil-map-write",
  engine: "own",
  priority: "P1",
  languages: ["go"],
  title: "Make the map before writing to it",
  why: "`var m map[…]…` is nil: reading works, the first write panics.",
  example: {
    path: "count.go",
    bad: "package count\n\nfunc Words(words []string) map[string]int {\n\tvar counts map[string]int\n\tfor _, word := range words {\n\t\tcounts[word]++\n\t}\n\treturn counts\n}\n",
    good: "package count\n\nfunc Words(words []string) map[string]int {\n\tcounts := make(map[string]int)\n\tvar other map[string]int\n\tother = counts\n\tfor _, word := range words {\n\t\tcounts[word]++\n\t\tother[word] = 1\n\t}\n\treturn counts\n}\n",
  },
  check: (file) =>
    nodesMatching(file, "var_spec", String.raw`^\w+\s+map\[`).flatMap((node) => {
      const name = /^(?<name>\w+)\s+map\[/.exec(node.text())?.groups?.["name"];
      const owner = enclosing(node, GO_FUNCTIONS);
      if (name === undefined || owner === undefined || node.field("value") !== null) return [];
      const rest = owner.text().slice(node.range().end.index - owner.range().start.index);
      const word = escapeRegExp(name);
      const isSet = new RegExp(`(?<![\\w.])${word}(?:\\s*,[^\\n=]*)?\\s*:?=[^=]|,\\s*${word}\\s*:?=|&${word}\\b`).test(
        rest,
      );
      const write = new RegExp(`(?<![\\w.])${word}\\[[^\\]\\n]*\\](?:\\s*=[^=]|\\+\\+|\\s*\\+=)`).exec(rest);
      if (isSet || write === null) return [];
      const line = node.range().end.line + 1 + rest.slice(0, write.index).split("\n").length - 1;
      return [{ line, endLine: line }];
    }),
};

export const sleepWithoutUnit: OwnRule = {
  id: "go-duration-without-unit",
  engine: "own",
  priority: "P2",
  languages: ["go"],
  title: "Give this duration a unit",
  why: "A bare number is nanoseconds: `time.Sleep(5)` does not wait at all.",
  example: {
    path: "retry.go",
    bad: "package retry\n\nfunc Wait() {\n\ttime.Sleep(100)\n}\n",
    good: "package retry\n\nfunc Wait() {\n\ttime.Sleep(100 * time.Millisecond)\n\ttime.Sleep(0)\n\ttime.Sleep(1)\n}\n",
  },
  check: (file) =>
    callsOf(file, String.raw`^time\.(Sleep|After|NewTimer|NewTicker|Tick)$`).flatMap((call) => {
      const [first] = argumentsOf(call);
      return first?.is("int_literal") === true && Number(first.text()) > 1 && Number(first.text()) < 100_000
        ? [hitAt(call)]
        : [];
    }),
};

export const unbufferedSignal: OwnRule = {
  id: "go-unbuffered-signal-channel",
  engine: "own",
  priority: "P2",
  languages: ["go"],
  title: "Give the signal channel a buffer of one",
  why: "`signal.Notify` does not wait for a reader: a signal that comes while nobody receives is lost. Source: https://pkg.go.dev/os/signal#Notify",
  example: {
    path: "main.go",
    bad: "package main\n\nfunc wait() {\n\tstop := make(chan os.Signal)\n\tsignal.Notify(stop, os.Interrupt)\n\t<-stop\n}\n",
    good: "package main\n\nfunc wait() {\n\tstop := make(chan os.Signal, 1)\n\tsignal.Notify(stop, os.Interrupt)\n\t<-stop\n}\n",
  },
  check: (file) =>
    nodesMatching(file, "short_var_declaration", String.raw`make\(chan os\.Signal\)$`).flatMap((node) => {
      const name = /^(?<name>\w+)\s*:?=\s*make\(chan os\.Signal\)$/.exec(node.text())?.groups?.["name"];
      return name !== undefined && new RegExp(`signal\\.Notify\\(\\s*${name}\\b`).test(file.text) ? [hitAt(node)] : [];
    }),
};

export const sqlFromSprintf: OwnRule = {
  id: "go-sql-from-sprintf",
  engine: "own",
  priority: "P1",
  languages: ["go"],
  title: "Bind the value as a query parameter",
  why: "The value is pasted into the SQL text. A quote in it ends the string, and the rest runs as SQL.",
  example: {
    path: "users.go",
    bad: "package users\n\nfunc ByName(db *sql.DB, name string) (*sql.Rows, error) {\n\treturn db.Query(fmt.Sprintf(\"SELECT id FROM users WHERE name = '%s'\", name))\n}\n",
    good: 'package users\n\nfunc ByName(db *sql.DB, name string) (*sql.Rows, error) {\n\treturn db.Query(fmt.Sprintf("SELECT id FROM %s WHERE name = $1 LIMIT %d", table, 5), name)\n}\n',
  },
  check: (file) =>
    file.isTest
      ? []
      : callsOf(file, String.raw`\.(Query|QueryRow|Exec|Raw|Prepare)(Context)?$`).flatMap((call) => {
          const sprintf = argumentsOf(call).find((node) => node.text().startsWith("fmt.Sprintf("));
          const format = sprintf === undefined ? "" : (argumentsOf(sprintf)[0]?.text() ?? "");
          const isPasted = [...format.matchAll(/%[sqv]/g)].some(
            (match) => endsAtSqlValue(format.slice(1, match.index)) && isQuotedOrFree(format, match.index),
          );
          return isPasted ? [{ ...hitAt(call), endLine: hitAt(call).line }] : [];
        }),
};

/** `'%s'` is a pasted string for sure; a bare `%s` may be a placeholder such as `$1` that the caller computes. */
function isQuotedOrFree(format: string, index: number): boolean {
  return format[index - 1] === "'" || format[index - 1] === '"' || format[index - 1] === "%";
}
