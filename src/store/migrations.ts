// Brings state files of older versions to the shape of this one, one version at a time. A file of a newer version is
// refused: guessing what it means could post things twice.
import { PermanentError } from "../errors.ts";
import { SCHEMA } from "../round/round.ts";

type Json = Readonly<Record<string, unknown>>;

/** From version N to N + 1, by N. Version 1 is the first, so there is none yet. */
const steps: Readonly<Record<number, (old: Json) => Json>> = {};

/**
 * Returns the record in the shape of this version, unchecked. `undefined` when `record` has no version at all.
 * Throws PermanentError STATE_TOO_NEW.
 */
export function migrate(record: Json, path: string, upgrade = steps, wanted: number = SCHEMA): Json | undefined {
  const version = record["schema"];
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1) return undefined;
  if (version > wanted) {
    throw new PermanentError(
      `The state file ${path} has version ${version}; this Rondo knows versions up to ${wanted}.`,
      {
        code: "STATE_TOO_NEW",
        hint: "Run the newer Rondo again. Going back is possible only with the state files from before the update.",
      },
    );
  }
  let current = record;
  for (let from = version; from < wanted; from++) {
    const step = upgrade[from];
    if (step === undefined) return undefined;
    current = { ...step(current), schema: from + 1 };
  }
  return current;
}
