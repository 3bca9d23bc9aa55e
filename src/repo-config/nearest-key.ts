// "Did you mean …?" for a key that the schema does not know: a slip of the pen, a key of a section that was written
// outside of it, or the name that the same thing has in another review tool.
import type { z } from "zod";
import { sectionOf } from "./schema-keys.ts";

/** Names of the same thing in CodeRabbit, PR-Agent, Gemini Code Assist, Greptile and Kodus (their public documentation). */
const ELSEWHERE: Readonly<Record<string, string>> = {
  auto_incremental_review: "triggers.synchronize",
  auto_pause_after_reviewed_commits: "pause_after_rounds",
  auto_review: "triggers",
  disabledlabels: "ignore_labels",
  extra_instructions: "rules",
  handle_push_trigger: "triggers.synchronize",
  ignore_patterns: "exclude",
  ignore_pr_labels: "ignore_labels",
  ignore_title_keywords: "ignore_titles",
  ignorepaths: "exclude",
  ignorepatterns: "exclude",
  max_review_comments: "max_inline_comments",
  num_max_findings: "max_inline_comments",
  path_filters: "paths",
  pull_request_opened: "triggers.opened",
  request_changes_workflow: "request_changes",
  runondraft: "drafts",
  triggerondrafts: "drafts",
  triggeronupdates: "triggers.synchronize",
};

/** The key that was meant, as it would have to be written in `section`; undefined when nothing is near. */
export function nearestKey(key: string, section: z.ZodObject, root: z.ZodObject): string | undefined {
  const near = nearestWord(key, Object.keys(section.shape));
  if (near !== undefined) return near;
  const elsewhere = ELSEWHERE[key.toLowerCase()];
  if (elsewhere !== undefined && Object.hasOwn(ELSEWHERE, key.toLowerCase())) return elsewhere;
  // In another section a guess has to be nearly the same word: most likely only the indentation is wrong.
  const places = pathsIn(root);
  const name = nearestWord(key, [...places.keys()], 1);
  return name === undefined ? undefined : places.get(name);
}

/** `section.key` by `key`, and the keys of the first level by their own name. */
function pathsIn(root: z.ZodObject): ReadonlyMap<string, string> {
  const places = new Map<string, string>();
  for (const [key, schema] of Object.entries<z.ZodType>(root.shape)) {
    for (const inner of Object.keys(sectionOf(schema)?.shape ?? {})) places.set(inner, `${key}.${inner}`);
  }
  for (const key of Object.keys(root.shape)) places.set(key, key);
  return places;
}

/** The name that was probably meant, undefined when none is near. `limit`: letters that may differ at most. */
export function nearestWord(
  key: string,
  names: readonly string[],
  limit = Number.POSITIVE_INFINITY,
): string | undefined {
  const candidates = names.map((name) => ({ name, distance: editDistance(key, name) }));
  const best = candidates.toSorted((a, b) => a.distance - b.distance)[0];
  // Of a short word little is left when two letters of it change.
  const most = Math.min(2 + key.length / 8, key.length / 2, limit);
  return best !== undefined && best.distance <= most ? best.name : undefined;
}

/** Letters to insert, delete or replace; long words are compared by their first 40 letters. */
function editDistance(a: string, b: string): number {
  const [left, right] = [a.slice(0, 40), b.slice(0, 40)];
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replace = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
