// GitHub refused a review for a place in it, and did not say which one. Two ways find it: what GitHub itself shows of the
// files now, and halving with pending reviews, which nobody sees. What stays in doubt goes into the body: a finding may
// lose its line, never its words.
import { type Anchor, anchorFinding, indexDiff } from "../findings/anchor.ts";
import { parseDiff, type DiffFile } from "../findings/diff.ts";

type Anchors = ReadonlyMap<string, Anchor>;
type LineAnchor = Extract<Anchor, { kind: "line" }>;

/** Most pending reviews that are tried: enough for one refused place among thirty, and for two in most cases. */
const MAX_PROBES = 16;

/** Paths of the comments with these ids. */
export function pathsOf(anchors: Anchors, ids: readonly string[]): Set<string> {
  return new Set(ids.flatMap((id) => lineAnchor(anchors, id)?.path ?? []));
}

/** The ids whose lines GitHub does not show: `patches` holds its hunks by path. */
export function notShown(anchors: Anchors, ids: readonly string[], patches: ReadonlyMap<string, string>): string[] {
  const shown = indexDiff([...patches].flatMap(([path, patch]) => readPatch(path, patch)));
  return ids.filter((id) => {
    const wanted = lineAnchor(anchors, id);
    if (wanted === undefined) return true;
    const { path, side, line } = wanted;
    const found = anchorFinding({ path, side, startLine: wanted.startLine ?? line, endLine: line }, shown);
    return found.kind !== "line" || found.line !== line || found.startLine !== wanted.startLine;
  });
}

/** The ids that are refused, by halving, and those that are still in doubt after `MAX_PROBES` questions. */
export async function refusedAmong(
  ids: readonly string[],
  isTaken: (some: readonly string[]) => Promise<boolean>,
): Promise<string[]> {
  let left = MAX_PROBES;
  const among = async (some: readonly string[], isAsked: boolean): Promise<string[]> => {
    if (some.length === 0) return [];
    if (isAsked) {
      if (left === 0) return [...some];
      left -= 1;
      if (await isTaken(some)) return [];
    }
    if (some.length === 1) return [...some];
    const middle = Math.ceil(some.length / 2);
    return [...(await among(some.slice(0, middle), true)), ...(await among(some.slice(middle), true))];
  };
  // All together were refused already; a lone one is asked about again all the same, for a refusal may have passed.
  return await among(ids, ids.length === 1);
}

/** The same anchors, without a line for `refused`. */
export function without(anchors: Anchors, refused: readonly string[]): Map<string, Anchor> {
  const kept = new Map(anchors);
  for (const id of refused) if (lineAnchor(anchors, id) !== undefined) kept.set(id, REFUSED);
  return kept;
}

const REFUSED: Anchor = { kind: "outside", reason: "refused" };

function lineAnchor(anchors: Anchors, id: string): LineAnchor | undefined {
  const anchor = anchors.get(id);
  return anchor?.kind === "line" ? anchor : undefined;
}

/** GitHub's patch begins at the first hunk and names no file. One that cannot be read shows nothing. */
function readPatch(path: string, patch: string): DiffFile[] {
  try {
    return parseDiff(`--- a/x\n+++ b/x\n${patch}\n`).map((file) => ({ ...file, path, oldPath: path }));
  } catch {
    return [];
  }
}
