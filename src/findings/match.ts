// Says when two claims are the same one: between reviewers of one round, and between rounds.
// The rule leans towards "different": a claim that is taken for an old one would be hidden, a doubled one only annoys.
import { createHash } from "node:crypto";
import { effectivePriority } from "./finding.ts";
import type { Finding } from "./finding.ts";
import type { TrackedFinding } from "./tracked-finding.ts";

/**
 * 16 hexadecimal characters: the first 8 stand for the place (path and the code line without its white space), the last
 * 8 for the claim (path and rule, else the title without case, punctuation and line numbers). The line number is in
 * neither. `context` is the code line the finding points at, null when unknown.
 */
export function fingerprintFinding(claim: {
  path: string | null;
  rule: string | null;
  title: string;
  context: string | null;
}): string {
  const path = claim.path ?? "";
  const place = (claim.context ?? "").replace(/\s+/g, " ").trim();
  const what = claim.rule === null ? `title ${normaliseTitle(claim.title)}` : `rule ${claim.rule}`;
  return `${hash8(["place", path, place])}${hash8(["claim", path, what])}`;
}

/**
 * One list of a round's findings: the same claim of two reviewers becomes one finding with both names and the more
 * severe priority. A reviewer that makes the same claim twice means two.
 */
export function mergeFindings(perReviewer: readonly (readonly Finding[])[]): Finding[] {
  const merged: Finding[] = [];
  const words = titleWords();
  for (const findings of perReviewer) {
    const earlier = new Map(merged.map((finding, at) => [finding, at]));
    const byPlace = groupBy(merged, placeOf);
    for (const finding of findings) {
      const candidates = (byPlace.get(placeOf(finding)) ?? []).slice(0, MAX_COMPARED);
      const same =
        candidates.find((one) => earlier.has(one) && one.fingerprint === finding.fingerprint) ??
        candidates.find((one) => earlier.has(one) && isSamePlaceAndSimilar(one, finding, words));
      const at = same === undefined ? undefined : earlier.get(same);
      if (same === undefined || at === undefined) merged.push(finding);
      else {
        merged[at] = combine(same, finding);
        earlier.delete(same);
      }
    }
  }
  return merged;
}

/** Findings of this round with their ids, those that are gone, and the next free number. */
export type Matched = { tracked: TrackedFinding[]; resolved: TrackedFinding[]; nextId: number };

/**
 * Matches a round's findings with those of the round before. A known claim keeps its `RD-{n}`, its comment and, while
 * the place is the same, its dispute; its age grows by one. What is gone is `resolved`. New claims get `RD-{nextId}`.
 */
export function matchFindings(
  previous: readonly TrackedFinding[],
  current: readonly Finding[],
  nextId: number,
): Matched {
  const pairs = pairUp(previous, current);
  let next = nextId;
  const tracked = current.map((finding) => {
    const earlier = pairs.get(finding);
    return earlier === undefined ? begin(finding, `RD-${next++}`) : carryOn(earlier, finding);
  });
  const found = new Set(pairs.values());
  const resolved = previous
    .filter((finding) => !found.has(finding) && STANDING.has(finding.status))
    .map((finding) => ({ ...finding, status: "resolved" as const }));
  return { tracked, resolved, nextId: next };
}

const STANDING: ReadonlySet<string> = new Set(["open", "still_open", "disputed"]);

/** Share of common words from which two titles at the same line say the same thing. */
const SIMILAR_AT_SAME_PLACE = 0.4;

/** Most earlier findings that one is compared with word by word; a hostile reviewer may print thousands at one line. */
const MAX_COMPARED = 20;

/** Three passes from certain to likely; a finding is matched once. Linear in the number of findings. */
function pairUp(previous: readonly TrackedFinding[], current: readonly Finding[]): Map<Finding, TrackedFinding> {
  const pairs = new Map<Finding, TrackedFinding>();
  const words = titleWords();
  const free = new Set(previous);
  const pair = (finding: Finding, earlier: TrackedFinding | undefined) => {
    if (earlier === undefined) return;
    pairs.set(finding, earlier);
    free.delete(earlier);
  };
  const unmatched = () => current.filter((finding) => !pairs.has(finding));

  const byFingerprint = groupBy(free, (one) => one.fingerprint);
  for (const finding of current) pair(finding, byFingerprint.get(finding.fingerprint)?.shift());
  const byPlace = groupBy(free, placeOf);
  for (const finding of unmatched()) {
    const candidates = (byPlace.get(placeOf(finding)) ?? []).slice(0, MAX_COMPARED);
    pair(
      finding,
      candidates.find((one) => free.has(one) && isSamePlaceAndSimilar(one, finding, words)),
    );
  }
  // The same words about changed code count only when there is one candidate on either side.
  const byClaim = groupBy(free, claimOf);
  for (const [claim, findings] of groupBy(unmatched(), claimOf)) {
    const [finding, ...others] = findings;
    const earlier = byClaim.get(claim) ?? [];
    if (finding !== undefined && others.length === 0 && earlier.length === 1) pair(finding, earlier[0]);
  }
  return pairs;
}

function groupBy<T>(items: Iterable<T>, key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** Other words about the same code: the place is known and the titles share words. */
function isSamePlaceAndSimilar(a: Finding, b: Finding, words: WordsOf): boolean {
  if (a.path !== b.path || !hasKnownPlace(a) || placeOf(a) !== placeOf(b)) return false;
  if (a.rule !== null && b.rule !== null) return false;
  return similarity(words(a), words(b)) >= SIMILAR_AT_SAME_PLACE;
}

function combine(a: Finding, b: Finding): Finding {
  const worse = effectivePriority(b) < effectivePriority(a) ? b : a;
  const names = [...new Set([...a.reviewer.split(", "), ...b.reviewer.split(", ")])];
  const suggestion = a.suggestion ?? b.suggestion ?? null;
  return {
    ...a,
    priority: worse.priority,
    body: a.body || b.body,
    rule: a.rule ?? b.rule,
    reviewer: names.join(", "),
    ...(suggestion === null ? {} : { suggestion }),
  };
}

function begin(finding: Finding, id: string): TrackedFinding {
  return { ...finding, id, status: "open", age: 1, comment_id: null, comment_url: null, decision: null };
}

function carryOn(earlier: TrackedFinding, finding: Finding): TrackedFinding {
  const isSamePlace = placeOf(earlier) === placeOf(finding);
  const isDisputed = earlier.status === "disputed" && isSamePlace;
  return {
    ...finding,
    id: earlier.id,
    status: isDisputed ? "disputed" : "still_open",
    age: earlier.age + 1,
    comment_id: earlier.comment_id,
    comment_url: earlier.comment_url,
    decision: earlier.decision?.word === "DISPUTE" && !isDisputed ? null : earlier.decision,
  };
}

function placeOf(finding: Finding): string {
  return finding.fingerprint.slice(0, 8);
}

function claimOf(finding: Finding): string {
  return `${finding.path} ${finding.fingerprint.slice(8)}`;
}

/** False when the fingerprint was made without a code line. */
function hasKnownPlace(finding: Finding): boolean {
  return placeOf(finding) !== hash8(["place", finding.path ?? "", ""]);
}

function normaliseTitle(title: string): string {
  return title
    .normalize("NFKC")
    .toLowerCase()
    .replace(/^\[p[0-9]{1,9}\]/, "")
    .replace(/\blines? [0-9]+(?:\s?[-–,]\s?[0-9]+)?/g, "line")
    .replace(/:[0-9]+(?:-[0-9]+)?\b/g, "")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

type WordsOf = (finding: Finding) => ReadonlySet<string>;

/** The words of a title, split once for each finding. */
function titleWords(): WordsOf {
  const known = new Map<Finding, ReadonlySet<string>>();
  return (finding) => {
    const words = known.get(finding) ?? new Set(normaliseTitle(finding.title).split(" "));
    known.set(finding, words);
    return words;
  };
}

function similarity(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  const common = [...left].filter((word) => right.has(word)).length;
  return common / (left.size + right.size - common);
}

function hash8(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 8);
}
