// `static.disable` and `static.enable` name embedded rules. A name that no rule has is a slip of the pen: it is told, with
// the rule that was probably meant, and the other names of the list apply.
import { nearestWord } from "./nearest-key.ts";
import { STATIC_RULE_IDS } from "./static-rule-ids.ts";

/** Unknown names that are compared with all rules; whoever has more of them has a list of something else. */
const MOST_GUESSES = 20;

const KNOWN: ReadonlySet<string> = new Set(STATIC_RULE_IDS);

/** The names that are rules, and a sentence part for each that is none. `key`: `static.disable` or `static.enable`. */
export function keepKnownRules(key: string, ids: readonly string[]): { known: string[]; unknown: string[] } {
  const strange = ids.filter((id) => !KNOWN.has(id));
  return {
    known: ids.filter((id) => KNOWN.has(id)),
    unknown: strange.map((id, index) => {
      const near = index < MOST_GUESSES ? nearestWord(id, STATIC_RULE_IDS) : undefined;
      const guess = near === undefined ? "" : `; did you mean "${near}"?`;
      return `unknown rule "${id}" in "${key}"${guess}`;
    }),
  };
}
