// Which pull requests the repository does not want reviewed by themselves. A command is not asked: a person who may
// command knows what they want.
import type { LivePullRequest } from "../ports.ts";
import { branchGlob, listOfGlobs } from "../repo-config/glob.ts";
import type { RepoConfig } from "../repo-config/schema.ts";
import type { RoundEvent } from "../round/event.ts";
import type { RoundSettings } from "../round/round-settings.ts";
import type { Deps } from "./deps.ts";
import { headsOf } from "./live-head.ts";

/** Why no automatic round starts, or null when one may. Looks at everything but the changed files. */
export function isExcluded(
  live: Pick<LivePullRequest, "author" | "labels" | "title" | "baseRef">,
  config: Pick<RepoConfig, "enabled" | "ignore_authors" | "ignore_labels" | "ignore_titles" | "base_branches">,
): string | null {
  if (!config.enabled) return "enabled is false";
  const author = live.author.toLowerCase();
  if (config.ignore_authors.some((login) => login.toLowerCase() === author))
    return `ignore_authors names ${live.author}`;
  const label = live.labels.find((name) => config.ignore_labels.includes(name));
  if (label !== undefined) return `ignore_labels names ${label}`;
  const title = live.title.toLowerCase();
  const word = config.ignore_titles.find((candidate) => title.includes(candidate.toLowerCase()));
  if (word !== undefined) return `ignore_titles names "${word}"`;
  const { base_branches: bases } = config;
  if (bases.length > 0 && !bases.some((pattern) => branchGlob(pattern)(live.baseRef)))
    return `base_branches does not name ${live.baseRef}`;
  return null;
}

/** Which files a round leaves out by `paths` and `exclude`; null when it leaves out none. */
export function leftOut({ paths = [], exclude = [] }: Pick<RoundSettings, "paths" | "exclude">) {
  if (paths.length === 0 && exclude.length === 0) return null;
  const wanted = listOfGlobs(paths);
  const unwanted = listOfGlobs(exclude);
  // A list that answers no more leaves nothing out: what is not known to be excluded is reviewed.
  return (path: string): boolean => (paths.length > 0 && wanted(path) === false) || unwanted(path) === true;
}

/** The event of a pull request that gets no round by itself, or null. Asks GitHub for its files only when that decides. */
export async function excludedEvent(
  live: LivePullRequest,
  config: RepoConfig,
  deps: Pick<Deps, "repositories" | "clock">,
): Promise<Extract<RoundEvent, { kind: "excluded" }> | null> {
  const why = isExcluded(live, config) ?? (await onlyLeftOut(live, config, deps));
  if (why === null) return null;
  const at = deps.clock.now().toISOString();
  // Settings that turn Rondo off leave no trace at all.
  return { kind: "excluded", at, heads: headsOf(live), why, isPass: config.enabled && config.on_skip === "pass" };
}

async function onlyLeftOut(
  live: LivePullRequest,
  config: RepoConfig,
  deps: Pick<Deps, "repositories">,
): Promise<string | null> {
  const isLeftOut = leftOut(config);
  if (isLeftOut === null) return null;
  const isAnyWanted = await deps.repositories.hasFile(live.ref, (path) => !isLeftOut(path));
  return isAnyWanted ? null : "paths and exclude leave no file to review";
}
