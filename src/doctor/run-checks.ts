// Runs all checks at once and hands the answers over in order: a check-up takes as long as its slowest check, and a
// Redis or a GitHub that hangs holds up nobody but its own checks.
import { isExpectedError } from "../errors.ts";
import { missing, skipped, type Check, type Finding, type Result, type Role } from "./check.ts";

/** Options of `runChecks`. */
export type RunOptions = {
  role: Role;
  isOffline: boolean;
  /** Milliseconds that a check may take. */
  limitMs: number;
  /** Called with each result, in the order of `checks`. */
  onResult?: (result: Result) => void;
  /** Called when a check is done, with the titles of those that are still running. */
  onProgress?: (running: readonly string[]) => void;
};

/** Resolves to the results in the order of `checks`; never rejects. */
export async function runChecks(checks: readonly Check[], options: RunOptions): Promise<readonly Result[]> {
  const running = new Set(checks.map(({ title }) => title));
  const started = checks.map(async (check): Promise<Result> => {
    const finding = await runCheck(check, options);
    running.delete(check.title);
    options.onProgress?.([...running]);
    return { id: check.id, group: check.group, title: check.title, ...finding };
  });
  const results: Result[] = [];
  for (const result of started) {
    const done = await result;
    options.onResult?.(done);
    results.push(done);
  }
  return results;
}

async function runCheck(check: Check, { role, isOffline, limitMs }: RunOptions): Promise<Finding> {
  if (role !== "serve" && check.of !== "any" && check.of !== role) return skipped(`not this process: ${check.of} only`);
  if (isOffline && check.isRemote === true) return skipped("--offline");
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    const seconds = Math.round(limitMs / 1000);
    const finding = missing(
      `This check did not end within ${seconds} s.`,
      "See whether the disk or the network hangs, and run it again.",
    );
    timer = setTimeout(resolve, limitMs, finding);
  });
  try {
    return await Promise.race([check.run(), late]);
  } catch (error) {
    if (!isExpectedError(error)) throw error;
    return missing(error.message, error.hint ?? "Put it right and run rondo doctor again.");
  } finally {
    clearTimeout(timer);
  }
}
