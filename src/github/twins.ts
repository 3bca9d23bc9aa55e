// More than one object of ours with one key: an answer got lost, the list that was read afterwards did not show the object
// yet, and it was sent again. The lowest id stays, because links to it are the oldest; the others are taken away.
import { PermanentError } from "../errors.ts";
import { genuineKey } from "../report/marker.ts";
import type { WriteContext } from "./publisher.ts";

type Written = { id: number | bigint; body?: string | undefined; user: { login: string } | null };

/** What is ours by author *and* MAC, oldest first. Anybody can paste a marker, and the author alone proves no key. */
export function ownWith<Found extends Written>(
  { botLogin, markerKeys }: Pick<WriteContext, "botLogin" | "markerKeys">,
  key: string,
  found: readonly Found[],
): Found[] {
  const own = found.filter((one) => one.user?.login === botLogin && genuineKey(one.body ?? "", markerKeys) === key);
  return own.toSorted((a, b) => Number(a.id) - Number(b.id));
}

/** The oldest; `remove` takes each of the others away. One that is gone already is fine. */
export async function keepOldest<Found>(
  found: readonly Found[],
  remove: (twin: Found, kept: Found) => Promise<unknown>,
): Promise<Found | undefined> {
  const [kept, ...twins] = found;
  for (const twin of twins) {
    if (kept === undefined) break;
    await remove(twin, kept).catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
  }
  return kept;
}

/** GitHub says that there is no such object, or none any more. */
export function isGone(error: unknown): boolean {
  return error instanceof PermanentError && (error.code === "GITHUB_NOT_FOUND" || error.code === "GITHUB_GONE");
}

/** An edit that finds nothing: a person deleted the object, and it stays deleted. */
export function goneError(what: string, cause?: unknown): PermanentError {
  return new PermanentError(`The ${what} is gone: a person deleted it.`, { code: "OBJECT_GONE", cause });
}
