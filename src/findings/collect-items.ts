// Every bot prints its findings one below the other: a line that begins one, lines that belong to it, a line that ends it.
// The readers only say which line is which; this puts the findings together.
import { joinLines } from "./markdown-outline.ts";
import type { OutlineLine } from "./markdown-outline.ts";

/** A text with more findings is broken, and nobody could read them. */
export const MAX_FINDINGS = 1000;

/** What a line is: the begin of an item, a part of the one that is open, its end, or nothing to it. */
export type LineRole<T> = { begin: T } | "part" | "end" | "other";

/**
 * The items in the order of the text, each with its text below the line that begins it. A part without an item before it
 * belongs to none. Stops one item above `MAX_FINDINGS`, so that the caller sees that there were too many.
 */
export function collectItems<T>(
  lines: readonly OutlineLine[],
  roleOf: (line: OutlineLine) => LineRole<T>,
): { head: T; text: string }[] {
  const items: { head: T; text: string }[] = [];
  let open: { head: T; parts: OutlineLine[] } | null = null;
  for (const line of lines) {
    const role = roleOf(line);
    if (role === "part") open?.parts.push(line);
    if (role === "part" || role === "other") continue;
    if (open !== null) items.push({ head: open.head, text: joinLines(open.parts) });
    open = role === "end" ? null : { head: role.begin, parts: [] };
    if (items.length > MAX_FINDINGS) break;
  }
  if (open !== null) items.push({ head: open.head, text: joinLines(open.parts) });
  return items;
}
