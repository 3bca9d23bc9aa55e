// How often a test repeats itself. `npm test` must end while a person waits, so what only gets likelier to fail with more
// repeats runs there at a small size, and at its full size in `npm run test:full`, which continuous integration runs too.

/** The first in `npm test`, the second in `npm run test:full` (RONDO_TEST_FULL=1). */
export function gateSize(gate: number, full: number): number {
  return process.env["RONDO_TEST_FULL"] === "1" ? full : gate;
}
