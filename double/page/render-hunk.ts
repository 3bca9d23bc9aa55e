// Lines of a diff as a table: old number, new number, text. `below` adds a row under a line, for annotations and threads.
import type { DiffSide } from "../state.ts";
import { markup, type Html } from "./html.ts";

/** What to put under a line of the diff; null for nothing. */
export type BelowLine = (side: DiffSide, line: number) => Html | null;

/** A patch from its first `@@` on. */
export function renderHunk(path: string, patch: string, below: BelowLine = () => null): Html {
  const at = { old: 0, new: 0 };
  const rows = patch.split("\n").map((row) => {
    const numbers = /^@@ -(?<old>\d+)(?:,\d+)? \+(?<new>\d+)(?:,\d+)? @@/.exec(row)?.groups;
    if (!numbers) return row.startsWith("\\") ? renderNote("No newline at end of file") : renderLine(row, at, below);
    at.old = Number(numbers["old"]);
    at.new = Number(numbers["new"]);
    return renderNote(row);
  });
  return markup`<div class="diff" aria-label="${path}"><table><tbody>${rows}</tbody></table></div>`;
}

function renderNote(text: string): Html {
  return markup`<tr class="hunk"><td colspan="3">${text}</td></tr>`;
}

/** Numbers of the next line on each side; `renderLine` moves them on. */
type Cursor = { old: number; new: number };

function renderLine(row: string, at: Cursor, below: BelowLine): Html {
  const mark = row.charAt(0);
  const isOld = mark !== "+";
  const isNew = mark !== "-";
  const kind = isOld && isNew ? "same" : isNew ? "added" : "removed";
  const numbers = markup`<td class="n">${isOld && at.old}</td><td class="n">${isNew && at.new}</td>`;
  const line = markup`<tr class="${kind}">${numbers}<td class="code">${row || " "}</td></tr>`;
  const extra = isNew ? below("RIGHT", at.new) : below("LEFT", at.old);
  if (isOld) at.old += 1;
  if (isNew) at.new += 1;
  return extra ? markup`${line}<tr class="below"><td colspan="3">${extra}</td></tr>` : line;
}
