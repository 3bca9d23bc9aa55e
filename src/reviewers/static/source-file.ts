// One changed file as the rules see it: its text, its added lines and, on demand, its syntax tree.
// Nothing here reads configuration from the pull request; the language follows from the path alone.
import { createRequire } from "node:module";
import { basename, extname } from "node:path";
import { Lang, parse, registerDynamicLanguage, type NapiConfig, type SgNode } from "@ast-grep/napi";
import type { Language } from "./rule.ts";

/** A file at the head of the pull request. Line numbers are 1-based and count on the new file. */
export type SourceFile = {
  path: string;
  languages: ReadonlySet<Language>;
  text: string;
  lines: readonly string[];
  addedLines: ReadonlySet<number>;
  /** True for tests, fixtures and examples, where many a risk is on purpose. */
  isTest: boolean;
  /** Every node that matches; empty for files without a parser. The tree is built once, at the first call. */
  find(matcher: NapiConfig): SgNode[];
};

/** Makes a file ready for the rules. `text` must have passed the pre-screen (src/reviewers/static/prescreen.ts). */
export function createSourceFile(path: string, text: string, addedLines: ReadonlySet<number>): SourceFile {
  const languages = languagesOf(path);
  let root: SgNode | undefined;
  return {
    path,
    languages,
    text,
    lines: text.split("\n"),
    addedLines,
    isTest: isTestPath(path),
    find(matcher) {
      const parser = parserOf(path, languages);
      if (parser === undefined) return [];
      root ??= parse(parser, text).root();
      return root.findAll(matcher);
    },
  };
}

const byExtension: Readonly<Record<string, Language>> = {
  ".js": "javascript",
  ".mjs": "javascript",
  ".cjs": "javascript",
  ".jsx": "javascript",
  ".ts": "typescript",
  ".mts": "typescript",
  ".cts": "typescript",
  ".tsx": "tsx",
  ".py": "python",
  ".pyi": "python",
  ".go": "go",
};

/** Every language a path counts as; `text` is always among them. */
export function languagesOf(path: string): ReadonlySet<Language> {
  const languages = new Set<Language>(["text"]);
  const known = byExtension[extname(path).toLowerCase()];
  if (known !== undefined) languages.add(known);
  const name = basename(path);
  if (/^\.github\/workflows\/[^/]+\.ya?ml$/.test(path)) languages.add("workflow");
  if (name === "package.json") languages.add("package-json");
  if (/^(?:Dockerfile|Containerfile)(?:\.|$)|\.dockerfile$/i.test(name)) languages.add("dockerfile");
  return languages;
}

/** True for paths that tests, fixtures, mocks, benchmarks and examples live at. */
function isTestPath(path: string): boolean {
  return (
    /(?:^|\/)(?:tests?|t|__tests__|__mocks__|specs?|e2e|fixtures?|mocks?|testing|testdata|bench(?:marks?)?|examples?)\//i.test(
      path,
    ) ||
    /(?:[._-](?:test|spec|stories|bench)\.[a-z]+|_test\.(?:go|py))$|(?:^|\/)(?:test_[^/]*|conftest)\.py$/i.test(path)
  );
}

function parserOf(path: string, languages: ReadonlySet<Language>): Lang | string | undefined {
  if (languages.has("typescript")) return Lang.TypeScript;
  if (languages.has("tsx")) return Lang.Tsx;
  if (languages.has("javascript")) return extname(path) === ".jsx" ? Lang.Tsx : Lang.JavaScript;
  if (languages.has("python") || languages.has("go")) {
    registerParsers();
    return languages.has("python") ? "python" : "go";
  }
  return undefined;
}

let areParsersRegistered = false;

/** ast-grep takes dynamic parsers once per process and aborts Node when a library is missing, so this runs in the child only. */
function registerParsers(): void {
  if (areParsersRegistered) return;
  const require = createRequire(import.meta.url);
  registerDynamicLanguage({ python: require("@ast-grep/lang-python"), go: require("@ast-grep/lang-go") });
  areParsersRegistered = true;
}
