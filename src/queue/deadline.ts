// Waiting with an end: nothing in the queue may wait without one, because a hung Redis never answers.

/** What `within` resolves to when the time is over. */
export const timedOut = Symbol("timed out");

/** Resolves to the promise's value, or to `timedOut` after `ms`. The promise goes on; a later rejection is not unhandled. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | typeof timedOut> {
  promise.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<typeof timedOut>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, ms), timedOut);
  });
  try {
    return await Promise.race([promise, end]);
  } finally {
    clearTimeout(timer);
  }
}
