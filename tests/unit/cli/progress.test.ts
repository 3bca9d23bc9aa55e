// The line of a long command: on a terminal alone, only when it takes long, and gone at the end.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startProgress } from "../../../src/cli/progress.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function terminal(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  return { written, stream: { isTTY, columns, write: (text: string) => written.push(text) } };
}

it("says what goes on and for how long, and erases it", () => {
  const { written, stream } = terminal(true);
  const progress = startProgress(stream);
  progress.now("Reading the change");
  vi.advanceTimersByTime(300);
  expect(written).toEqual([]);
  vi.advanceTimersByTime(1500);
  expect(written.at(-1)).toBe("\r\u001B[KReading the change … 1 s");
  progress.clear();
  expect(written.at(-1)).toBe("\r\u001B[K");
  vi.advanceTimersByTime(500);
  expect(written.at(-1)).toContain("Reading the change … 2 s");
  progress.stop();
  const { length } = written;
  vi.advanceTimersByTime(10_000);
  expect([written.at(-1), written.length]).toEqual(["\r\u001B[K", length]);
});

it("never wraps, and leaves a quick command and a log alone", () => {
  const narrow = terminal(true, 20);
  startProgress(narrow.stream).now("x".repeat(100));
  vi.advanceTimersByTime(500);
  expect(narrow.written.join("").replaceAll("\r\u001B[K", "")).toHaveLength(19);
  for (const isTTY of [true, false]) {
    const { written, stream } = terminal(isTTY);
    const progress = startProgress(stream);
    progress.now("x");
    vi.advanceTimersByTime(isTTY ? 100 : 5000);
    progress.stop();
    expect(written).toEqual([]);
  }
});
