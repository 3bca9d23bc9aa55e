// What all torture suites share: a gate size for continuous integration (`npm run torture:gate`) and a full size
// for `npm run torture`, a printed seed, and a
// command that plays one cell again. A cell is one way to break one story; a suite is nothing but a list of cells.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";
import { createRandom, type Random } from "../../double/random.ts";

/** One cell: its name repeats it, so it must not depend on chance. */
export type Cell = { id: string };

/** A suite in hand. */
export type Suite = {
  /** True in `npm run torture` (RONDO_TORTURE=full). */
  isFull: boolean;
  /** True when one cell was asked for (RONDO_TORTURE_CELL): then nothing is left out as too much for the gate. */
  isOneCell: boolean;
  /** RONDO_TORTURE_SEED, else 1 in the gate and another number at each full run. */
  random: Random;
  /** For `it`: five minutes at the gate (seconds on a quiet machine), forty at full size. */
  timeoutMs: number;
  /** The first at the gate, the second at full size. */
  size<Value>(gate: Value, full: Value): Value;
  /**
   * Plays the cells, `atOnce` at a time, or the one that was asked for. Rejects at the end with every failure and the
   * command that repeats it.
   */
  play<C extends Cell>(cells: readonly C[], atOnce: number, run: (cell: C) => Promise<void>): Promise<void>;
};

/** Call once at the top of a test file, `name` as the folder under tests/torture. Prints its result after the last test. */
export function tortureSuite(name: string): Suite {
  const isFull = process.env["RONDO_TORTURE"] === "full";
  const only = process.env["RONDO_TORTURE_CELL"];
  const given = process.env["RONDO_TORTURE_SEED"];
  const seed = given === undefined ? (isFull ? Math.floor(Math.random() * 2 ** 31) : 1) : Number(given);
  if (!Number.isInteger(seed)) throw new Error(`RONDO_TORTURE_SEED is no whole number: ${given}`);
  const total = { cells: 0, passed: 0, ms: 0 };
  const repeat = (cell?: string): string =>
    [
      ...(isFull ? ["RONDO_TORTURE=full"] : []),
      `RONDO_TORTURE_SEED=${seed}`,
      ...(cell === undefined ? [] : [`RONDO_TORTURE_CELL='${cell}'`]),
      `npx vitest run --project torture tests/torture/${name}`,
    ].join(" ");
  afterAll(() => {
    const line = `torture ${name}: ${total.passed} of ${total.cells} cells passed in ${seconds(total.ms)} s, seed ${seed}`;
    process.stdout.write(`${line}\n  again: ${repeat()}\n`);
    keep({ suite: name, seed, ...total });
  });
  return {
    isFull,
    isOneCell: only !== undefined,
    random: createRandom(seed),
    timeoutMs: (isFull ? 40 : 5) * 60_000,
    size: (gate, full) => (isFull ? full : gate),
    async play(cells, atOnce, run) {
      const wanted = only === undefined ? cells : cells.filter(({ id }) => id === only);
      const startedAt = performance.now();
      const failures = await playAll(wanted, atOnce, async (cell) => {
        const from = performance.now();
        await run(cell);
        // A full run takes long: somebody watches, and it may be cut short.
        if (isFull) process.stdout.write(`torture: passed: ${cell.id} (${seconds(performance.now() - from)} s)\n`);
      });
      total.cells += wanted.length;
      total.passed += wanted.length - failures.length;
      total.ms += performance.now() - startedAt;
      if (failures.length === 0) return;
      const told = failures.map(({ id, error }) => `${id}\n  again: ${repeat(id)}\n  ${wordsOf(error)}`);
      throw new Error(`${failures.length} of ${wanted.length} cells failed\n${told.join("\n")}`);
    },
  };
}

async function playAll<C extends Cell>(
  cells: readonly C[],
  atOnce: number,
  run: (cell: C) => Promise<void>,
): Promise<{ id: string; error: unknown }[]> {
  const left = [...cells];
  const failures: { id: string; error: unknown }[] = [];
  const lane = async (): Promise<void> => {
    for (let cell = left.shift(); cell !== undefined; cell = left.shift()) {
      const { id } = cell;
      await run(cell).catch((error: unknown) => {
        // At once: a full run takes long, and may be cut short.
        process.stdout.write(`torture: failed: ${id}: ${wordsOf(error).slice(0, 3000)}\n`);
        failures.push({ id, error });
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return failures;
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}

function wordsOf(error: unknown): string {
  const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return words.slice(0, 6000).replaceAll("\n", "\n  ");
}

/** For the table of scripts/torture.mjs. */
function keep(result: Record<string, unknown>): void {
  const folder = process.env["RONDO_TORTURE_REPORT"];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${process.pid}-${performance.now()}.json`), JSON.stringify(result));
}
