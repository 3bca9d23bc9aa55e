// Cells of the fault matrix: each kind of call of the reference story with each trouble that makes sense for it.
import type { Random } from "../../../double/random.ts";
import type { CallClass } from "./calls.ts";
import { DOUBLE_TROUBLES } from "./people.ts";
import { type Trouble, TROUBLES } from "./troubles.ts";

/** One trouble at one call. */
export type FaultCell = { id: string; call: CallClass; trouble: Trouble; nth: number };

/** All of them; chance only picks which of several calls of a kind is hit. */
export function faultCells(calls: readonly CallClass[], random: Random): FaultCell[] {
  return [...TROUBLES, ...DOUBLE_TROUBLES].flatMap((trouble) =>
    calls.filter((call) => trouble.fits(call)).map((call) => cellOf(call, trouble, random)),
  );
}

/** The calls that make something, with what leaves open whether they did; and one cell of each other kind. */
export function isForTheGate({ call, trouble }: FaultCell): boolean {
  const isPost =
    call.method === "POST" && /check-runs|issues\/\{issue_number\}\/comments|reviews$|replies/.test(call.name);
  if (isPost && trouble.name === "500 after") return true;
  const ONE: Record<string, RegExp> = {
    "502 before": /DELETE.*reactions/,
    "401 expired token": /PATCH.*issues\/comments/,
    "404 once": /DELETE.*reactions|GET.*reviews\/.*comments/,
    "429": /PATCH.*check-runs/,
    "cut JSON": /POST.*check-runs/,
    "deleted by a person": /PATCH/,
    "502 after, then its look-up 404": /reviews$/,
    "502 after, and a person pastes its marker": /comments$/,
    "502 before, and a marker with a foreign signature stands there": /comments$/,
  };
  return ONE[trouble.name]?.test(call.name) ?? false;
}

function cellOf(call: CallClass, trouble: Trouble, random: Random): FaultCell {
  const nth = 1 + Math.floor(random.next() * call.times);
  return { id: `${trouble.name}: ${call.name}`, call, trouble, nth };
}
