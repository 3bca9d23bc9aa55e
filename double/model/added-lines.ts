// Reads the lines that a unified diff adds out of a text that has one somewhere: the scripted reviewers look at those alone.

/** One added line; `line` counts from 1 in the new file. */
export type AddedLine = { path: string; line: number; text: string };

/** Every added line with its place. */
export function addedLines(text: string): AddedLine[] {
  const added: AddedLine[] = [];
  let path = "";
  let line = 0;
  for (const row of text.split("\n")) {
    path = /^\+\+\+ b\/(?<path>.*)$/.exec(row)?.groups?.["path"] ?? path;
    const start = /^@@ -\S+ \+(?<start>\d+)/.exec(row)?.groups?.["start"];
    if (start !== undefined) line = Number(start) - 1;
    else if (/^[+ ]/.test(row) && !row.startsWith("+++")) line += 1;
    if (row.startsWith("+") && !row.startsWith("+++")) added.push({ path, line, text: row.slice(1) });
  }
  return added;
}
