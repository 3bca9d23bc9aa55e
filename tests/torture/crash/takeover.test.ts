// How long a round waits after its worker was killed with -9, with the periods of production: at most two minutes is
// promised. Only at full size, because it takes a minute or two.
import { expect, it } from "vitest";
import { startStory } from "../../support/story.ts";
import { tortureSuite } from "../suite.ts";

const suite = tortureSuite("crash");
const PROMISED_MS = 120_000;
const STAGES = 3;
const ROUNDS = 6;

it.runIf(suite.isFull && !suite.isOneCell)(
  "the rounds of a killed worker go on within two minutes",
  async () => {
    const waits: number[] = [];
    const stages = Array.from({ length: STAGES }, (_, index) => ({ id: `takeover ${index + 1}` }));
    await suite.play(stages, STAGES, async () => void waits.push(...(await takeovers())));
    const sorted = waits.toSorted((a, b) => a - b);
    const at = (share: number): number => Math.round((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) / 100) / 10;
    process.stdout.write(
      `torture crash: takeover after kill -9, ${sorted.length} rounds: p50 ${at(0.5)} s, p99 ${at(0.99)} s\n`,
    );
    expect(sorted).toHaveLength(STAGES * ROUNDS);
  },
  suite.timeoutMs,
);

/** Kills a worker in the middle of its reviews; milliseconds from there to the second start of each reviewer. */
async function takeovers(): Promise<number[]> {
  const story = await startStory();
  try {
    const pulls = await Promise.all(
      Array.from(
        { length: ROUNDS },
        async () => await story.open(await story.repository(), { "a.ts": "// DO: stall\n" }),
      ),
    );
    for (const pull of pulls) await story.atWork(pull);
    const [worker] = story.workers;
    await worker?.end("SIGKILL");
    const killedAt = Date.now();
    await story.startWorker().waitFor((line) => line.msg === "Working", PROMISED_MS);
    return await Promise.all(
      pulls.map(async (pull) => {
        await story.until("the takeover", async () => (await story.reviewers(pull)).length === 2, 2 * PROMISED_MS);
        const waited = ((await story.reviewers(pull))[1]?.at ?? 0) - killedAt;
        await story.settled(pull, "READY", 1, PROMISED_MS);
        expect(waited).toBeLessThan(PROMISED_MS);
        return waited;
      }),
    );
  } finally {
    await story.stop();
  }
}
