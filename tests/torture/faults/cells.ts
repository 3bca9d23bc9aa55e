// Cells of the fault matrix: each kind of call of the reference story with each trouble that makes sense for it.
import type { Random } from "../../../double/random.ts";
import type { CallClass } from "./calls.ts";
import { type Trouble, TROUBLES } from "./troubles.ts";

/** One trouble at one call. */
export type FaultCell = { id: string; call: CallClass; trouble: Trouble; nth: number };

/** All of them; chance only picks which of several calls of a kind is hit. */
export function faultCells(calls: readonly CallClass[], random: Random): FaultCell[] {
  return TROUBLES.flatMap((trouble) =>
    calls.filter((call) => trouble.fits(call)).map((call) => cellOf(call, trouble, random)),
  );
}

/** One cell. */
export function cellOf(call: CallClass, trouble: Trouble, random: Random): FaultCell {
  const nth = 1 + Math.floor(random.next() * call.times);
  return { id: `${trouble.name}: ${call.name}`, call, trouble, nth };
}
