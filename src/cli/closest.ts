// "Did you mean": the known word that a mistyped one most likely stands for.
import { distance } from "fastest-levenshtein";

/**
 * The nearest of `known`, or undefined when none is near: two letters may differ (one swap), or a third of a long word.
 * Capital letters make no difference.
 */
export function closest(typed: string, known: readonly string[]): string | undefined {
  const word = typed.toLowerCase();
  const [best] = known
    .map((one) => ({ one, far: distance(word, one.toLowerCase()) }))
    .toSorted((a, b) => a.far - b.far);
  return best !== undefined && best.far <= Math.max(2, Math.floor(best.one.length / 3)) ? best.one : undefined;
}
