// Which pull requests the repository does not want reviewed by themselves. A command is not asked: a person who may
// command knows what they want.
import type { LivePullRequest } from "../ports.ts";
import type { RepoConfig } from "../repo-config/schema.ts";

/** Why no automatic round starts, or null when one may. */
export function isExcluded(
  live: Pick<LivePullRequest, "author" | "labels" | "title" | "baseRef">,
  config: Pick<RepoConfig, "enabled" | "ignore_authors" | "ignore_labels" | "ignore_titles" | "base_branches">,
): string | null {
  if (!config.enabled) return "enabled is false";
  if (config.ignore_authors.includes(live.author)) return `ignore_authors names ${live.author}`;
  const label = live.labels.find((name) => config.ignore_labels.includes(name));
  if (label !== undefined) return `ignore_labels names ${label}`;
  const title = live.title.toLowerCase();
  const word = config.ignore_titles.find((candidate) => title.includes(candidate.toLowerCase()));
  if (word !== undefined) return `ignore_titles names "${word}"`;
  const { base_branches: bases } = config;
  if (bases.length > 0 && !bases.some((pattern) => matchesBranch(pattern, live.baseRef)))
    return `base_branches does not name ${live.baseRef}`;
  return null;
}

/** `*` stands for any characters. Compared part by part, so that no pattern can be slow. */
function matchesBranch(pattern: string, branch: string): boolean {
  const parts = pattern.split("*");
  const [first = "", ...rest] = parts;
  if (rest.length === 0) return branch === pattern;
  if (!branch.startsWith(first)) return false;
  const last = rest.pop() ?? "";
  let at = first.length;
  for (const part of rest) {
    const found = branch.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return branch.length - last.length >= at && branch.endsWith(last);
}
