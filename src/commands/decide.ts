// What the four decisions and `dismiss` have in common: a finding's id, and in most of them a reason.
import type { Ask, DecisionWord, Unreadable } from "./command.ts";
import { freeText } from "./command.ts";

/** Reads `RD-3: why` or `RD-3 why`. `word` is also the word that a missing part is explained with. */
export function readDecision(word: DecisionWord, text: string, needs: string | null): Ask | Unreadable {
  const said = word.toLowerCase();
  const { id, rest } = readFindingId(text);
  if (id === null)
    return { why: `${said} needs the id of a finding, e.g. \`${said} RD-1${needs === null ? "" : `: ${needs}`}\`` };
  const rationale = freeText(rest) ?? "";
  if (needs !== null && rationale === "") return { why: `${said} ${id} needs ${needs}: \`${said} ${id}: ${needs}\`` };
  return { kind: "decide", decisions: [{ findingId: id, word, rationale, commit: null }] };
}

/** The id at the start of a text, in the spelling of the reports, and what follows it. */
export function readFindingId(text: string): { id: string | null; rest: string } {
  const found = /^rd-(?<n>[1-9][0-9]{0,5})(?![0-9a-z_-])\s*[:.,]?/i.exec(text);
  const n = found?.groups?.["n"];
  return n === undefined ? { id: null, rest: text } : { id: `RD-${n}`, rest: text.slice(found?.[0].length).trim() };
}
