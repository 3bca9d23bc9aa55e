// A table for a person at a terminal: columns as wide as their longest cell, headings on top, no lines.
import { visible } from "../report/untrusted-text.ts";

/** The table with a final line feed. Cells are untrusted; a column without any content is left out. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const shown = rows.map((row) => row.map((cell) => visible(cell).replaceAll(/\s+/g, " ")));
  const columns = head.flatMap((title, at) => {
    const cells = shown.map((row) => row[at] ?? "");
    return cells.every((cell) => cell === "") ? [] : [{ at, title, width: widest([title, ...cells]) }];
  });
  const lines = [head, ...shown].map((row) => columns.map(({ at, width }) => (row[at] ?? "").padEnd(width)).join("  "));
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

function widest(cells: readonly string[]): number {
  return Math.max(...cells.map((cell) => cell.length));
}
