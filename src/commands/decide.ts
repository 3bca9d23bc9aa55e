// What the four decisions and `dismiss` have in common: a finding's id, and in most of them a reason.
import type { Ask, DecisionWord, Unreadable } from "./command.ts";
import { freeText } from "./command.ts";

/** What a decision is read from; `needs`: what has to follow the id, e.g. `a reason`; null when nothing has to. */
type Words = { text: string; here: string | null; needs: string | null };

/**
 * Reads `RD-3: why` or `RD-3 why`; in the thread of a finding `why` alone means that finding. `word` is also the word that
 * a missing part is explained with.
 */
export function readDecision(word: DecisionWord, { text, here, needs }: Words): Ask | Unreadable {
  const said = word.toLowerCase();
  const { id, rest } = readFindingId(text, here);
  if (id === null)
    return { why: `${said} needs the id of a finding, e.g. \`${said} RD-1${needs === null ? "" : `: ${needs}`}\`` };
  const rationale = freeText(rest) ?? "";
  if (needs !== null && rationale === "") return { why: `${said} ${id} needs ${needs}: \`${said} ${id}: ${needs}\`` };
  return { kind: "decide", decisions: [{ findingId: id, word, rationale, commit: null }] };
}

/**
 * The id at the start of a text, in the spelling of the reports, and what follows it. A text that names none is about the
 * finding in whose thread it stands (`here`); one that tries to name another and does not (`RD-0`, `RD 3`, an id with a
 * dash that only looks right) is about none.
 */
export function readFindingId(text: string, here: string | null = null): { id: string | null; rest: string } {
  const found = /^rd-(?<n>[1-9][0-9]{0,5})(?![0-9a-z_-])\s*[:.,]?/i.exec(text);
  const n = found?.groups?.["n"];
  if (n === undefined) return { id: TRIES_TO_NAME.test(text.slice(0, 8).normalize("NFKC")) ? null : here, rest: text };
  return { id: `RD-${n}`, rest: text.slice(found?.[0].length).trim() };
}

const TRIES_TO_NAME = /^rd(?:\P{L}|$)/iu;
