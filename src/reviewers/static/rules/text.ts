// Rules that read any text: what must never reach a branch, whatever the language.
import type { Hit, OwnRule } from "../rule.ts";
import type { SourceFile } from "../source-file.ts";

/** Markers of an unfinished merge: an opening one with the matching middle and end below it. */
export const mergeConflictMarker: OwnRule = {
  id: "merge-conflict-marker",
  engine: "own",
  priority: "P1",
  languages: ["text"],
  title: "Remove the merge conflict markers",
  why: "The file still holds both sides of an unresolved merge, so it does not parse or says two things at once.",
  example: {
    path: "settings.ini",
    bad: "[server]\n<<<<<<< HEAD\nport = 80\n=======\nport = 8080\n>>>>>>> feature\n",
    good: "[server]\nport = 8080\n\nTitle\n=======\n",
  },
  check(file) {
    const start = file.lines.findIndex((line) => /^<{7} \S/.test(line));
    if (start < 0) return [];
    const middle = file.lines.findIndex((line, index) => index > start && /^={7}\r?$/.test(line));
    const end = file.lines.findIndex((line, index) => index > middle && /^>{7} \S/.test(line));
    if (middle < 0 || end < 0) return [];
    return [start, middle, end].slice(0, file.addedLines.has(start + 1) ? 1 : 3).map(hitAtIndex);
  },
};

/**
 * Unicode controls that reorder text on screen (CVE-2021-42574, "Trojan Source").
 * Source: https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings
 */
export const bidirectionalControl: OwnRule = {
  id: "bidirectional-control",
  engine: "own",
  priority: "P1",
  languages: ["text"],
  title: "Remove the bidirectional control characters",
  why: "Invisible characters (U+202A–U+202E, U+2066–U+2069) change the order in which this line is shown: the reader sees other code than the machine runs.",
  example: {
    path: "access.js",
    bad: 'export const level = "user\u202E \u2066// admin\u2069 \u2066";\n',
    good: 'export const greeting = "שלום";\n',
  },
  check: (file) =>
    linesWith(file, (line) => {
      const found = /[\u202A-\u202E\u2066-\u2069]/u.exec(line);
      return found === null ? undefined : `Found ${codePoint(found[0])}.`;
    }),
};

const CODE_FILE = /\.(?:[cm]?[jt]sx?|py|go|rb|rs|java|kt|cs|php|c|h|cc|cpp|hpp|sh|bash|swift|scala|sql|ya?ml|toml)$/i;

/** Characters that nobody sees: tag characters anywhere, zero-width ones in code. Emoji flags and joiners are left alone. */
export const hiddenCharacters: OwnRule = {
  id: "hidden-characters",
  engine: "own",
  priority: "P1",
  languages: ["text"],
  title: "Remove the invisible characters",
  why: "This line holds characters that no editor shows. They hide instructions from the reader, make two equal-looking names different, or carry data past a review.",
  example: {
    path: "roles.js",
    bad: 'export const role = "adm\u200Bin";\n',
    good: 'export const wave = "👋🏽 👩‍💻 🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}";\n',
  },
  check: (file) =>
    linesWith(file, (line) => {
      const found =
        /(?<!\u{1F3F4}[\u{E0020}-\u{E007E}]*)[\u{E0000}-\u{E007F}]|[\u{E0100}-\u{E01EF}]{3}/u.exec(line) ??
        (CODE_FILE.test(file.path) && !file.isTest ? /[\u200B\u2060-\u2064\u180E\u3164\uFFA0]/u.exec(line) : null);
      return found === null ? undefined : `Found ${codePoint(found[0])}.`;
    }),
};

/** Calls that restrict a test run to one test. */
export const focusedTest: OwnRule = {
  id: "focused-test",
  engine: "own",
  priority: "P2",
  languages: ["javascript", "typescript", "tsx"],
  title: "Remove the focus from this test",
  why: "With a focused test every other test of the file is skipped, and the suite still passes.",
  example: {
    path: "src/cart.test.ts",
    bad: 'describe("cart", () => {\n  it.only("adds", () => {});\n});\n',
    good: 'describe("cart", () => {\n  it("adds", () => {});\n});\n',
  },
  check: (file) =>
    file.isTest
      ? linesWith(file, (line) =>
          /^\s*(?:(?:describe|context|suite|it|test|specify)(?:\.concurrent|\.serial)?\.only(?:\.each)?\s*[(`]|(?:fdescribe|fit|fcontext)\s*\(\s*["'`])/.test(
            line,
          )
            ? ""
            : undefined,
        )
      : [],
};

/** Breakpoints left in code that ships. */
export const leftoverBreakpoint: OwnRule = {
  id: "leftover-breakpoint",
  engine: "own",
  priority: "P2",
  languages: ["javascript", "typescript", "tsx", "python"],
  title: "Remove the breakpoint",
  why: "A forgotten breakpoint stops the program and waits for a person; on a server the request hangs.",
  example: {
    path: "app/views.py",
    bad: "def show(request):\n    import pdb; pdb.set_trace()\n    return request\n",
    good: 'def show(request):\n    return "no breakpoint() here"\n',
  },
  check: (file) =>
    linesWith(file, (line) => {
      const pattern = file.languages.has("python")
        ? /^\s*(?:breakpoint\(\)|(?:import i?pdb\s*;\s*)?i?pdb\.set_trace\(\))\s*(?:#.*)?$/
        : /^\s*debugger\s*;?\s*(?:\/\/.*)?$/;
      return pattern.test(line) ? "" : undefined;
    }),
};

/** Notes to finish something later. Many teams want them: the rule runs only where it is turned on. */
export const todoComment: OwnRule = {
  id: "todo-comment",
  engine: "own",
  priority: "P3",
  isOnByDefault: false,
  languages: ["text"],
  title: "Finish this, or say where the rest is tracked",
  why: "A note to do something later that names no ticket is forgotten as soon as the pull request is merged.",
  example: {
    path: "src/price.ts",
    bad: "export const price = 5; // TODO: read it from the catalogue\n",
    good: 'export const price = 5; // TODO(#123): read it from the catalogue\nexport const word = "TODO: none";\n',
  },
  check: (file) =>
    linesWith(file, (line) =>
      /(?:^|\s)(?:\/\/|#|\/\*|\*|<!--|--)\s{0,4}(?:TODO|FIXME|XXX)\b(?![^\n]*(?:#\d|[A-Z][A-Z0-9]+-\d|https?:\/\/))/.test(
        line,
      )
        ? ""
        : undefined,
    ),
};

function linesWith(file: SourceFile, judge: (line: string) => string | undefined): Hit[] {
  return file.lines.flatMap((line, index) => {
    const detail = judge(line);
    if (detail === undefined) return [];
    return [detail === "" ? hitAtIndex(index) : { ...hitAtIndex(index), detail }];
  });
}

function hitAtIndex(index: number): Hit {
  return { line: index + 1, endLine: index + 1 };
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
