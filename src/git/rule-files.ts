// Reads the project's rules for reviewers out of the base commit: never out of the head, whose author is the one judged.
import type { RuleFile } from "../prompt/rule-files.ts";
import { chooseRules, ruleFileNames } from "../prompt/rule-files.ts";
import type { Checkout } from "../checkouts.ts";
import { splitAtNul, type ChangedEntry } from "./changed-entries.ts";
import { objectSizes, readBlobs } from "./objects.ts";
import { listTreeEntries } from "./plan.ts";
import { git, type GitContext } from "./run-git.ts";

/** A rule file of the base commit: regular, not a link. */
export type FoundRules = { path: string; id: string };

const NAMES_PER_COMMAND = 200;
/** A file of rules is read by people too; what is larger is something else. */
const MOST_BYTES = 200_000;

/** Finds them for these changes. Reads trees only. */
export async function findRules(
  context: GitContext,
  commit: string,
  entries: readonly ChangedEntry[],
): Promise<FoundRules[]> {
  // A name that is no UTF-8 stands in quotation marks here, and cannot stand in an argument.
  const names = ruleFileNames(entries.map(({ path }) => path).filter((path) => !path.startsWith('"')));
  const ids = new Map<string, string>();
  for (let at = 0; at < names.length; at += NAMES_PER_COMMAND) {
    const printed = await git(context, listTreeEntries(commit, names.slice(at, at + NAMES_PER_COMMAND)));
    for (const line of splitAtNul(printed)) {
      const [, id, path] = /^100\d{3} blob ([0-9a-f]+)\t([^]+)$/.exec(line.toString("utf8")) ?? [];
      if (id !== undefined && path !== undefined) ids.set(path, id);
    }
  }
  return names.flatMap((path) => {
    const id = ids.get(path);
    return id === undefined ? [] : [{ path, id }];
  });
}

/** Their texts, as far as reviewers get them. Their blobs must be here. */
export async function readRules(
  context: GitContext,
  commit: string,
  found: readonly FoundRules[],
): Promise<NonNullable<Checkout["rules"]>> {
  const sizes = await objectSizes(
    context,
    found.map(({ id }) => id),
  );
  const isSmall = ({ id }: FoundRules): boolean => (sizes.get(id)?.sizeBytes ?? Infinity) <= MOST_BYTES;
  const texts = new Map<string, string | null>();
  await readBlobs(context, [...new Set(found.filter(isSmall).map(({ id }) => id))], sizes, (id, content) => {
    texts.set(id, content.includes(0) ? null : content.toString("utf8"));
  });
  const unread: { path: string; reason: string }[] = [];
  const files: RuleFile[] = [];
  for (const { path, id } of found) {
    const text = texts.get(id);
    if (typeof text === "string") files.push({ path, text });
    else unread.push({ path, reason: text === null ? "it is no text" : `it is larger than ${MOST_BYTES} bytes` });
  }
  const { rules, leftOut } = chooseRules(files);
  return { commit, files: rules, leftOut: [...unread, ...leftOut] };
}
