// "Did you mean": the known word that a mistyped one most likely stands for.
import { closest as closestOf, distance } from "fastest-levenshtein";

/** The nearest of `known`, or undefined when none is near: two letters may differ (one swap), or a third of a long word. */
export function closest(typed: string, known: readonly string[]): string | undefined {
  const word = typed.toLowerCase();
  if (known.length === 0) return undefined;
  const best = closestOf(word, known);
  return distance(word, best) <= Math.max(2, Math.floor(best.length / 3)) ? best : undefined;
}
