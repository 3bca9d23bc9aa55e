// Inside of a paragraph a line may still be no statement of its own: code, a link, an HTML comment or tag can reach over
// line breaks, and a table looks like text. This finds the lines that begin outside of all of them. It leans towards
// "inside": a command that is missed can be written again, one that nobody gave cannot be taken back.

/** For each line of a paragraph, whether it begins outside of code, links, tags and tables. One pass. */
export function startsOutside(lines: readonly string[]): boolean[] {
  const text = lines.join("\n");
  const table = lines.findIndex((line, at) => at > 0 && isTableRule(line));
  // `[name]: …` defines a link or a footnote, which may go on over the next lines.
  const isDefinition = lines[0]?.startsWith("[") === true && text.includes("]:");
  const isInside = spans(text);
  let at = 0;
  return lines.map((line, index) => {
    const isOutside = !isDefinition && !isInside(at) && (table === -1 || index < table - 1);
    at += line.length + 1;
    return isOutside;
  });
}

/** `|---|:--|`: what is above is a table's head, what is below are its rows. */
function isTableRule(line: string): boolean {
  return /^[ |:-]+$/.test(line) && line.includes("-") && /[|:]/.test(line);
}

/**
 * Answers for a position, asked in rising order, whether something that began on an earlier line may end after it. What is
 * closed on its own line is closed; of the rest the end is taken as late as it could be.
 */
function spans(text: string): (at: number) => boolean {
  const ends = openEnds(text);
  let index = 0;
  let until = 0;
  return (at) => {
    for (; index < at; index += 1) until = Math.max(until, ends.get(index) ?? 0);
    return at < until;
  };
}

/** Position of everything that is not closed on its own line, and of the last character in the paragraph that may close it. */
function openEnds(text: string): ReadonlyMap<number, number> {
  const last = (mark: string): number => text.lastIndexOf(mark);
  const closing = { "`": last("`"), "[": last("]"), "(": last(")"), "<": last(">") };
  const ends = new Map<number, number>();
  let start = 0;
  for (const line of text.split("\n")) {
    const marks = [...openMarks(line, "[", "]"), ...openMarks(line, "(", ")"), ...openTags(line), ...openCode(line)];
    for (const { at, mark } of marks) ends.set(start + at, closing[mark]);
    start += line.length + 1;
  }
  return ends;
}

type Mark = { at: number; mark: "`" | "[" | "(" | "<" };

/** Brackets that nest and are not closed. A target in `<…>` may hold brackets of its own: it counts as open. */
function openMarks(line: string, mark: "[" | "(", close: string): Mark[] {
  const open: number[] = [];
  const always: number[] = [];
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === mark) (line[at + 1] === "<" ? always : open).push(at);
    else if (line[at] === close) open.pop();
  }
  return [...always, ...open].map((at) => ({ at, mark }));
}

/** Tags and HTML comments that are not closed; quotation marks in a tag may hold `>`, so such a one counts as open. */
function openTags(line: string): Mark[] {
  const found: Mark[] = [];
  for (let at = line.indexOf("<"); at !== -1; at = line.indexOf("<", at + 1)) {
    const next = line[at + 1] ?? "";
    if (!/[a-z/!?]/i.test(next)) continue;
    const end = line.slice(at + 1, at + 200).search(/[<>"'`]/);
    if (next === "!" || next === "?" || end === -1 || line[at + 1 + end] !== ">") found.push({ at, mark: "<" });
  }
  return found;
}

/** Backticks that do not pair up on the line. A backslash before one changes what pairs: then all of them count as open. */
function openCode(line: string): Mark[] {
  const runs = [...line.matchAll(/`+/g)].map((run) => ({ at: run.index, length: run[0].length }));
  const [first] = runs;
  if (first === undefined) return [];
  if (line.includes("\\`")) return [{ at: first.at, mark: "`" }];
  const partners = partnersOf(runs.map(({ length }) => length));
  for (let index = 0; index < runs.length; index += 1) {
    const partner = partners[index];
    if (partner === undefined) return [{ at: runs[index]?.at ?? 0, mark: "`" }];
    index = partner;
  }
  return [];
}

/** For each run the next one of the same length. */
function partnersOf(lengths: readonly number[]): (number | undefined)[] {
  const next = new Map<number, number>();
  const partners: (number | undefined)[] = [];
  for (let index = lengths.length - 1; index >= 0; index -= 1) {
    const length = lengths[index] ?? 0;
    partners[index] = next.get(length);
    next.set(length, index);
  }
  return partners;
}
