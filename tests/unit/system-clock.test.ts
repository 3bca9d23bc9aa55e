// The clock by which a worker decides: setting the machine's moves nothing, and GitHub's answers put it right.
import { expect, test } from "vitest";
import { watchClock } from "../../src/queue/clock-watch.ts";
import { turns } from "../../src/store/turns.ts";
import { taughtClock } from "../../src/system-clock.ts";
import { handClock } from "../support/store.ts";

const HOUR = 3_600_000;

test("the machine's clock may leap: the time goes on as before", async () => {
  const machine = handClock();
  const clock = taughtClock(machine);
  const before = clock.now().getTime();
  machine.setBack(HOUR);
  await machine.advance(5_000);
  machine.setBack(-3 * HOUR);
  expect(clock.now().getTime() - before).toBe(5_000);
});

test("an answer of GitHub puts a wrong clock right; a slow one, and one without a date, change nothing", async () => {
  const machine = handClock();
  const rightMs = machine.now().getTime();
  machine.setBack(-HOUR);
  const clock = taughtClock(machine);
  expect(clock.now().getTime() - rightMs).toBe(HOUR);
  clock.hear("no date");
  clock.hear(new Date(rightMs + HOUR - 15_000).toUTCString());
  expect(clock.now().getTime() - rightMs).toBe(HOUR);
  clock.hear(new Date(rightMs).toUTCString());
  expect(clock.now().getTime() - rightMs).toBe(0);
});

test("a clock set back is noticed once; time that passes, and one set forth, are not", async () => {
  const machine = handClock();
  const wasSetBack = watchClock(() => machine.now().getTime(), machine.monotonicMs);
  await machine.advance(HOUR);
  expect(wasSetBack()).toBe(false);
  machine.setBack(HOUR);
  expect([wasSetBack(), wasSetBack()]).toEqual([true, false]);
  machine.setBack(-HOUR);
  expect(wasSetBack()).toBe(false);
  machine.setBack(9_000);
  expect(wasSetBack()).toBe(false);
});

test("turns come in order, and only a line that stands still is given up", async () => {
  const clock = handClock();
  const take = turns(clock);
  const end = await take("a", 10_000);
  const order: string[] = [];
  const waiting = ["first", "second"].map(async (name) => {
    const done = await take("a", 10_000);
    order.push(done === undefined ? `${name} gave up` : name);
    return done;
  });
  expect(await take("b", 10_000)).toBeTypeOf("function");
  await clock.advance(9_000);
  end?.();
  await waiting[0];
  await clock.advance(9_000);
  expect(order).toEqual(["first"]);
  await clock.advance(2_000);
  await waiting[1];
  expect(order).toEqual(["first", "second gave up"]);
});
