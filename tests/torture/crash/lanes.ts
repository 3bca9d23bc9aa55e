// Lanes side by side: each plays one story at a time. A lane in which a cell failed is replaced, so that one failure does
// not become many.
import { type Lane, startLane } from "./lane.ts";

/** Opens no lane before it is needed. */
export function openLanes() {
  const free: Lane[] = [];
  const wrong: string[] = [];
  // One after the other: six processes that start at once take longer than anybody waits for one.
  let starts: Promise<unknown> = Promise.resolve();
  const start = async (): Promise<Lane> => {
    const next = starts.then(async () => free.pop() ?? (await startLane()));
    starts = next.catch(() => undefined);
    return await next;
  };

  /** Runs `work` in a lane of its own. */
  async function use<Result>(work: (lane: Lane) => Promise<Result>): Promise<Result> {
    const lane = free.pop() ?? (await start());
    try {
      const result = await work(lane);
      free.push(lane);
      return result;
    } catch (error) {
      await lane.stop();
      throw error;
    }
  }

  /** Ends all of them. Resolves to what was wrong with the bytes that were sent. */
  async function close(): Promise<string[]> {
    for (const lane of free.splice(0)) wrong.push(...(await lane.stop()));
    return wrong;
  }

  return { use, close };
}
