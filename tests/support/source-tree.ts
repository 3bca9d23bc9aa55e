// Reads a source tree into memory and finds what its files import. The architecture test asks its questions of such a
// tree, so that each rule can also be asked of a small tree with a planted violation.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { ts } from "@ast-grep/napi";

/** Path from the root of the project, with `/`, to the text of the file. */
export type SourceTree = ReadonlyMap<string, string>;

export type Import = {
  /** The importing file. */
  from: string;
  /** The imported file, or the package (`zod`, `@octokit/request`, `node:fs`). */
  to: string;
  isOutside: boolean;
  isTypeOnly: boolean;
};

/** Reads every file with one of these endings below `folders` of `root`. Missing folders are left out. */
export function readTree(root: string, folders: readonly string[], endings: readonly string[]): SourceTree {
  const tree = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of entriesOf(join(root, folder))) {
      if (!entry.isFile() || !endings.some((ending) => entry.name.endsWith(ending))) continue;
      const path = join(entry.parentPath, entry.name);
      tree.set(relative(root, path).split(sep).join("/"), readFileSync(path, "utf8"));
    }
  }
  return new Map([...tree].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function entriesOf(folder: string) {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
}

/** Every static import, re-export and `import("…")` with a literal, found by a parser and not by text search. */
export function importsOf(tree: SourceTree): readonly Import[] {
  return [...tree].flatMap(([from, text]) => {
    const root = ts.parse(text).root();
    const statements = root.findAll({
      rule: { any: [{ kind: "import_statement" }, { kind: "export_statement" }] },
    });
    const calls = root.findAll({ rule: { pattern: "import($SPECIFIER)" } });
    return [
      ...statements.flatMap((node) => toImport(from, node.field("source")?.text(), isTypeOnly(node.text()))),
      ...calls.flatMap((node) => toImport(from, node.getMatch("SPECIFIER")?.text(), false)),
    ];
  });
}

function toImport(from: string, literal: string | undefined, isTypeOnly: boolean): readonly Import[] {
  const specifier = literal === undefined ? undefined : /^["'](?<text>[^"']+)["']$/.exec(literal)?.groups?.["text"];
  if (specifier === undefined) return [];
  if (!specifier.startsWith(".")) return [{ from, to: packageOf(specifier), isOutside: true, isTypeOnly }];
  return [{ from, to: posix.join(posix.dirname(from), specifier), isOutside: false, isTypeOnly }];
}

/** `@octokit/request/dist` -> `@octokit/request`; `yaml/util` -> `yaml`; `node:fs/promises` -> `node:fs`. */
function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? specifier);
}

function isTypeOnly(statement: string): boolean {
  if (/^(?:import|export)\s+type\b/.test(statement)) return true;
  const names = /^(?:import|export)\s*\{(?<names>[^}]*)\}/.exec(statement)?.groups?.["names"];
  const parts = names?.split(",").flatMap((name) => (name.trim() === "" ? [] : [name.trim()])) ?? [];
  return parts.length > 0 && parts.every((name) => name.startsWith("type "));
}

/** The first import cycle as a list of files that starts and ends with the same one, or undefined. */
export function findCycle(imports: readonly Import[]): readonly string[] | undefined {
  const next = new Map<string, string[]>();
  for (const { from, to, isOutside } of imports) {
    if (!isOutside) next.set(from, [...(next.get(from) ?? []), to]);
  }
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const to of next.get(file) ?? []) {
      const cycle = visit(to, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of next.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
