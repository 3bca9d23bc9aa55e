// The cells of the crash matrix, read from what a whole story saved and sent: a step that is new in the product has its
// cells without anybody adding them.
import type { JournalEntry } from "../../../double/journal.ts";
import type { Crash, Kind, Played, Point, Transcript } from "./lane.ts";

/** One crash in a story of this transcript. */
export type CrashCell = { id: string; transcript: Transcript; crash: Crash };

/**
 * Four points around each effect: before its intent is visible, after that is durable, after the request took effect, and
 * after the outcome is durable. What has no intent (a trigger, a review's end, the lease) has the points before and after.
 */
export function pointsOf({ saves, calls }: Pick<Played, "saves" | "calls">): Point[] {
  const atSaves = saves.flatMap(({ name, nth }): Point[] => {
    const isRecord = name.startsWith("effectSettled");
    const points = (["before", "after"] as const).map((when): Point => ({ at: "save", when, name, nth }));
    // Before the record is after the send: the call's own point.
    return isRecord ? points.slice(1) : points;
  });
  const counts = new Map<string, number>();
  const atCalls = calls.flatMap((entry): Point[] => {
    const { surface, method } = entry;
    if (surface === "webhook" || surface === "page" || !isWrite(entry)) return [];
    const path = patternOf(entry.path);
    const nth = (counts.get(`${method} ${path}`) ?? 0) + 1;
    counts.set(`${method} ${path}`, nth);
    return [{ at: "call", surface, method, path, nth }];
  });
  return [...atSaves, ...atCalls];
}

/** What changes something, and the fetch of the change. */
function isWrite({ method, surface }: JournalEntry): boolean {
  return method !== "GET" || surface === "git";
}

/** As a pattern for every story: names and ids of this one are left open. */
function patternOf(path: string): string {
  const bare = path.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return `^${bare.replace(/\/app-\d+(?=[/\\])/, "/{repo}").replace(/\d{5,}/g, "\\d+")}$`;
}

/** The cell of a point, with a name that tells where it is. */
export function cellOf(transcript: Transcript, point: Point, kind: Kind): CrashCell {
  return { id: `${transcript} ${kind} ${placeOf(point)}`, transcript, crash: { point, kind } };
}

function placeOf(point: Point): string {
  if (point.at === "save") return `${point.when} ${point.name}#${point.nth}`;
  const path = point.path
    .replaceAll("\\d+", "N")
    .replaceAll("\\", "")
    .replace(/^\^(?:\/api\/v3)?|\$$/g, "");
  return `during ${point.method} ${path}#${point.nth}`;
}

/** True for the four points around a write to GitHub; false for what Rondo does for itself, and for fetching. */
export function isOfAnEffect(point: Point): boolean {
  if (point.at === "save") return point.name.startsWith("effect");
  return point.surface !== "git" && !point.path.includes("access_tokens");
}
