// Globs of files and branches. Patterns come from a repository's file and names from anybody's pull request, and the
// server matches them for all repositories: libraries that turn a glob into a regular expression can be made to run for
// minutes by `*a*a*a*a*b` (picomatch 4.0.7: longer than ten on a path of 400 letters). Here every
// pattern costs at most its length times the name's.

/** True when the name fits the pattern; made once per pattern. */
export type Glob = (name: string) => boolean;

/** Alternatives that the braces of one pattern may stand for; more are not looked at. */
const MOST_ALTERNATIVES = 64;

/**
 * `*` any characters but `/`, `**` any characters, two stars and a slash also no folder at all, `?` one character but `/`, `[a-z]` and
 * `[!a-z]` one of a set, `{a,b}` either, `\` takes the next character as it is. Case counts, as in git. A pattern without
 * a `/` fits a file of that name in every folder; one that ends with `/` fits everything below.
 */
export function fileGlob(pattern: string): Glob {
  return meteredGlob(pattern, { steps: 0 });
}

function meteredGlob(pattern: string, meter: Meter): Glob {
  const path = pattern.startsWith("/") ? pattern.slice(1) : pattern;
  const below = path.endsWith("/") ? `${path}**` : path;
  const isName = !pattern.replace(/\/$/, "").includes("/");
  return anyOf(
    expandBraces(below).map((one) => tokensOf(isName ? `**/${one}` : one)),
    meter,
  );
}

/** The same for branches, where `*` also stands for `/`: `release/*` fits `release/1/2`. */
export function branchGlob(pattern: string): Glob {
  return anyOf(
    expandBraces(pattern).map((one) => tokensOf(one).map(everything)),
    { steps: 0 },
  );
}

/** Steps that one list may take: a second or two. Twenty globs on 3,000 files take a third of them. */
const MOST_STEPS = 20_000_000;
type Meter = { steps: number };

/**
 * `!glob` takes back what an earlier pattern named; the last pattern that fits counts. Null: so many long names were held
 * against so many bad patterns that this list answers no more.
 */
export function listOfGlobs(patterns: readonly string[]): (name: string) => boolean | null {
  const meter: Meter = { steps: 0 };
  const rules = patterns.map((pattern) => {
    const isBack = pattern.startsWith("!");
    return { isNamed: !isBack, fits: meteredGlob(isBack ? pattern.slice(1) : pattern, meter) };
  });
  return (name) => {
    for (const rule of rules.toReversed()) {
      if (meter.steps > MOST_STEPS) return null;
      if (rule.fits(name)) return rule.isNamed;
    }
    return false;
  };
}

function everything(token: Token): Token {
  return token.kind === "star" ? { kind: "any" } : token;
}

type Token =
  | { kind: "text"; text: string }
  | { kind: "one" }
  | { kind: "set"; isNot: boolean; ranges: readonly (readonly [string, string])[] }
  | { kind: "star" }
  | { kind: "any" }
  | { kind: "folders" };

function anyOf(alternatives: readonly (readonly Token[])[], meter: Meter): Glob {
  return (name) => alternatives.some((tokens) => matches(tokens, name, meter));
}

/** The innermost braces first; without a comma or an end they are plain text. */
function expandBraces(pattern: string): string[] {
  let open = [pattern];
  const done: string[] = [];
  while (open.length > 0 && done.length + open.length <= MOST_ALTERNATIVES) {
    const next: string[] = [];
    for (const one of open) {
      const braces = /\{(?<inside>[^{}]*,[^{}]*)\}/.exec(one);
      const inside = braces?.groups?.["inside"];
      if (braces === null || inside === undefined) done.push(one);
      else
        for (const part of inside.split(","))
          next.push(one.slice(0, braces.index) + part + one.slice(braces.index + braces[0].length));
    }
    open = next;
  }
  return done.slice(0, MOST_ALTERNATIVES);
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? "";
    if (character === "*" && pattern[at + 1] === "*") {
      while (pattern[at + 1] === "*") at += 1;
      const isFolder = pattern[at + 1] === "/" && (tokens.length === 0 || endsWithSlash(tokens));
      if (isFolder) at += 1;
      tokens.push({ kind: isFolder ? "folders" : "any" });
    } else if (character === "*") tokens.push({ kind: "star" });
    else if (character === "?") tokens.push({ kind: "one" });
    else if (character === "[" && pattern.indexOf("]", at + 2) !== -1) {
      const end = pattern.indexOf("]", at + 2);
      tokens.push(setOf(pattern.slice(at + 1, end)));
      at = end;
    } else if (character === "\\" && at + 1 < pattern.length) {
      at += 1;
      tokens.push({ kind: "text", text: pattern[at] ?? "" });
    } else tokens.push({ kind: "text", text: character });
  }
  return tokens;
}

function endsWithSlash(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1);
  return last?.kind === "folders" || (last?.kind === "text" && last.text === "/");
}

function setOf(inside: string): Token {
  const isNot = inside.startsWith("!") || inside.startsWith("^");
  const members = isNot ? inside.slice(1) : inside;
  const ranges: (readonly [string, string])[] = [];
  for (let at = 0; at < members.length; at += 1) {
    const from = members[at] ?? "";
    const to = members[at + 1] === "-" ? members[at + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) at += 2;
  }
  return { kind: "set", isNot, ranges };
}

/**
 * All places of the pattern that the name so far can have led to, moved on character by character: no backtracking. What
 * can stand for nothing is stepped over at once, folders only where one ends.
 */
function matches(tokens: readonly Token[], name: string, meter: Meter): boolean {
  const seen = new Int32Array(tokens.length + 1);
  const add = (places: number[], from: number, at: number): void => {
    for (let place = from; seen[place] !== at + 1; place += 1) {
      seen[place] = at + 1;
      places.push(place);
      const kind = tokens[place]?.kind;
      const isAfterSlash = at === 0 || name[at - 1] === "/";
      if (kind !== "star" && kind !== "any" && !(kind === "folders" && isAfterSlash)) return;
    }
  };
  let places: number[] = [];
  add(places, 0, 0);
  for (let at = 0; at < name.length && places.length > 0; at += 1) {
    const character = name[at] ?? "";
    const next: number[] = [];
    meter.steps += places.length;
    for (const place of places) {
      const token = tokens[place];
      if (token === undefined) continue;
      const stays = token.kind === "any" || token.kind === "folders" || (token.kind === "star" && character !== "/");
      if (stays) add(next, place, at + 1);
      else if (takes(token, character)) add(next, place + 1, at + 1);
    }
    places = next;
  }
  return places.includes(tokens.length);
}

function takes(token: Token, character: string): boolean {
  if (token.kind === "text") return token.text === character;
  if (token.kind === "one") return character !== "/";
  if (token.kind !== "set" || character === "/") return false;
  return token.ranges.some(([from, to]) => character >= from && character <= to) !== token.isNot;
}
