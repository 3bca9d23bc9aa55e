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

/** Answers for a position, asked in rising order, whether something that began before it ends after it. */
function spans(text: string): (at: number) => boolean {
  const ends = closings(text);
  let index = 0;
  let until = 0;
  return (at) => {
    for (; index < at; index += 1) {
      if (index >= until) {
        if (text[index] === "\\") {
          index += 1;
          continue;
        }
        until = Math.max(until, ends(index));
        // A run of backticks opens once, at its first.
        if (text[index] === "`") while (index + 1 < at && text[index + 1] === "`") index += 1;
      }
    }
    return at < until;
  };
}

/** Where the span that begins at a position ends; the position itself when none begins there. */
function closings(text: string): (at: number) => number {
  const last = { "]": text.lastIndexOf("]"), ")": text.lastIndexOf(")"), ">": text.lastIndexOf(">") };
  const runs = backtickRuns(text);
  const open = openBrackets(text);
  return (at) => {
    switch (text[at]) {
      case "`":
        return runs.get(at) ?? at;
      case "[":
        // Brackets nest; up to the last one in the paragraph everything may be part of the link.
        return open.has(at) ? Math.max(at, last["]"]) : at;
      case "(":
        return text[at - 1] === "]" ? Math.max(at, last[")"]) : at;
      case "<":
        return /[a-z/!?]/i.test(text[at + 1] ?? "") ? Math.max(at, last[">"]) : at;
      default:
        return at;
    }
  };
}

/** Positions of the opening brackets that are not closed on their own line. */
function openBrackets(text: string): ReadonlySet<number> {
  const open = new Set<number>();
  let onLine: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "\n") {
      for (const one of onLine) open.add(one);
      onLine = [];
    } else if (character === "[") onLine.push(at);
    else if (character === "]") onLine.pop();
  }
  return open;
}

/** Code spans: the position of each opening run, and where the next run of the same length ends. */
function backtickRuns(text: string): Map<number, number> {
  const found: { at: number; length: number }[] = [];
  for (let at = text.indexOf("`"); at !== -1; at = text.indexOf("`", at)) {
    let length = 1;
    while (text[at + length] === "`") length += 1;
    found.push({ at, length });
    at += length;
  }
  const next = new Map<number, number>();
  const closing = new Map<number, number>();
  for (const run of found.toReversed()) {
    const end = next.get(run.length);
    if (end !== undefined) closing.set(run.at, end);
    next.set(run.length, run.at + run.length);
  }
  return closing;
}
