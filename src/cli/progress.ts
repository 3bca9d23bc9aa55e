// One line that says what a long command is at, on a terminal alone, and that leaves no trace: it is erased before
// anything else is printed. Scripts, logs and quick answers never see it.

/** The part of a terminal's stream that is needed. */
export type ProgressStream = { isTTY?: boolean; columns?: number; write(text: string): unknown };

export type Progress = {
  /** What is done now, shown with the seconds since then. */
  now(text: string): void;
  /** Erases the line; a later `now` shows it again. */
  clear(): void;
  stop(): void;
};

/** Nothing is shown before this time: a line that flashes by says nothing. */
const PATIENCE_MS = 400;
const TICK_MS = 250;

/** Shows progress on `stream`, or nothing when it is no terminal. Call `stop` at the end, whatever that is. */
export function startProgress(stream: ProgressStream): Progress {
  if (stream.isTTY !== true) return { now: () => {}, clear: () => {}, stop: () => {} };
  let [what, startedAt, isShown, timer] = ["", 0, false, undefined as NodeJS.Timeout | undefined];
  const clear = (): void => {
    if (isShown) stream.write("\r\u001B[K");
    isShown = false;
  };
  const show = (): void => {
    const seconds = Math.floor((performance.now() - startedAt) / 1000);
    const line = `${what} … ${seconds === 0 ? "" : `${seconds} s`}`;
    // A line that wraps could not be erased.
    stream.write(`\r\u001B[K${line.slice(0, Math.max(10, (stream.columns || 80) - 1))}`);
    isShown = true;
  };
  const stop = (): void => {
    clearTimeout(timer);
    clear();
  };
  return {
    now(text) {
      stop();
      [what, startedAt] = [text, performance.now()];
      timer = setTimeout(function tick() {
        show();
        timer = setTimeout(tick, TICK_MS).unref();
      }, PATIENCE_MS).unref();
    },
    clear,
    stop,
  };
}
