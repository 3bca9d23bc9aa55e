// The crash matrix: a worker, its Redis or both die at every step of a story of two rounds, and the pull request looks in
// the end as if nothing had happened: nothing twice, nothing lost, nothing left behind.
import { afterAll, expect, it } from "vitest";
import { tortureSuite } from "../suite.ts";
import { cellOf, type CrashCell, isOfAnEffect, pointsOf } from "./cells.ts";
import { FACTOR, KINDS, type Played, type Point, type Transcript } from "./lane.ts";
import { openLanes } from "./lanes.ts";

/** Stories at once, at the gate and at full size: they wait more than they compute. */
const AT_ONCE = [3, 5] as const;
/** Crashes of the worker that goes on, at full size. */
const DOUBLE_CRASHES = 40;
/** A recovery makes about this many saves before it has caught up. */
const RECOVERY_SAVES = 8;

const suite = tortureSuite("crash");
const lanes = openLanes();
afterAll(async () => {
  const wrong = await lanes.close();
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
}, 120_000);

const references = new Map<Transcript, Promise<Played>>();
const reference = async (transcript: Transcript): Promise<Played> => {
  const known = references.get(transcript) ?? lanes.use((lane) => lane.play(transcript, null));
  references.set(transcript, known);
  return await known;
};

it(
  "a crash at any step changes nothing of what people see",
  async () => {
    process.stdout.write(`torture crash: all periods divided by ${FACTOR}\n`);
    const isGate = !suite.isFull && !suite.isOneCell;
    const cells = isGate ? await gateCells() : await allCells();
    expect(cells.length).toBeGreaterThanOrEqual(isGate ? 7 : 224);
    process.stdout.write(`torture crash: ${countsOf(cells)}\n`);
    await suite.play(cells, suite.size(...AT_ONCE), play);
  },
  suite.timeoutMs,
);

/** One for each kind of object and each place in the protocol; a name that is no longer there fails the test. */
async function gateCells(): Promise<CrashCell[]> {
  const wanted = [
    "during POST /repos/olga/{repo}/check-runs#1",
    "after effectIntended:1.1/round#1",
    "during POST /repos/olga/{repo}/issues/1/comments#1",
    "before reviewFinished#1",
    "during POST /repos/olga/{repo}/pulls/1/reviews#1",
    "after evaluated#1",
    "before headMoved#1",
  ];
  const cells = pointsOf(await reference("compact")).map((point) => cellOf("compact", point, "SIGKILL"));
  return wanted.map((place) => {
    const found = cells.find(({ id }) => id === `compact SIGKILL ${place}`);
    if (found === undefined) throw new Error(`the story no longer has the point: ${place}`);
    return found;
  });
}

/**
 * Every point with kill -9; every point of an effect with every kind, once where an effect is performed more than once (the
 * seed says which time); what is different in compact; double crashes.
 */
async function allCells(): Promise<CrashCell[]> {
  // A busy machine joins or splits some updates of a check: only what two stories have in common can be met again.
  const second = pointsOf(await lanes.use((lane) => lane.play("full", null))).map((point) => JSON.stringify(point));
  const points = pointsOf(await reference("full")).filter((point) => second.includes(JSON.stringify(point)));
  const ofEffects = points.filter(isOfAnEffect);
  const full = KINDS.flatMap((kind) =>
    (kind === "SIGKILL" ? points : onceEach(ofEffects)).map((point) => cellOf("full", point, kind)),
  );
  const known = new Set(full.map(({ id }) => id));
  const compact = pointsOf(await reference("compact"))
    .map((point) => cellOf("compact", point, "SIGKILL"))
    .filter(({ id }) => !known.has(id.replace("compact", "full")));
  const doubles = Array.from({ length: DOUBLE_CRASHES }, (): CrashCell => {
    const point = points[Math.floor(suite.random.next() * points.length)];
    if (point === undefined) throw new Error("the story has no points");
    const when = suite.random.next() < 0.5 ? ("before" as const) : ("after" as const);
    const nth = 1 + Math.floor(suite.random.next() * RECOVERY_SAVES);
    const { id, transcript, crash } = cellOf("full", point, "SIGKILL");
    return { id: `${id}, then ${when} save ${nth}`, transcript, crash: { ...crash, second: { when, nth } } };
  });
  // Shuffled, so that a run that is cut short has seen some of everything.
  return suite.random.shuffle([...full, ...compact, ...doubles]);
}

/** One of the times that an effect is performed. Calls are told apart by their number alone, so all of them stay. */
function onceEach(points: readonly Point[]): Point[] {
  const places = new Map(
    suite.random
      .shuffle(points)
      .map((point) => [point.at === "save" ? `${point.when} ${point.name}` : `${point.path} ${point.nth}`, point]),
  );
  return [...places.values()];
}

/** How many cells there are of each kind. */
function countsOf(cells: readonly CrashCell[]): string {
  const counts = new Map<string, number>();
  for (const { transcript, crash } of cells) {
    const what = crash.second === undefined ? `${transcript} ${crash.kind}` : `${transcript} twice`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => `${count} ${what}`).join(", ");
}

async function play({ transcript, crash }: CrashCell): Promise<void> {
  const { facts } = await reference(transcript);
  const played = await lanes.use((lane) => lane.play(transcript, crash));
  const differences = differencesOf(facts, played.facts);
  if (differences !== "") throw new Error(`the pull request looks different in the end:\n${differences}`);
}

/** Lines that only one of them has: `-` without a crash, `+` with it. */
function differencesOf(without: string, after: string): string {
  // Bodies are JSON strings: their lines are told apart too.
  const [one, other] = [without.split(/\n|\\n/), after.split(/\n|\\n/)];
  const gone = one.filter((line) => !other.includes(line)).map((line) => `- ${line}`);
  const come = other.filter((line) => !one.includes(line)).map((line) => `+ ${line}`);
  const isShuffled = gone.length + come.length === 0 && without !== after;
  return [...gone, ...come, ...(isShuffled ? ["the same lines in another order"] : [])].join("\n");
}
