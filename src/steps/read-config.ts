// The repository's configuration, always from the base commit: a pull request cannot loosen its own gate.
import type { PullRequestRef } from "../pull-request.ts";
import { NOT_YET } from "../repo-config/not-yet.ts";
import { parseRepoConfig, REPO_CONFIG_PATH } from "../repo-config.ts";
import type { RepoConfig, ServerConfig } from "../repo-config/schema.ts";
import type { RoundSettings } from "../round/round.ts";
import { shortSha } from "../pull-request.ts";
import type { Deps } from "./deps.ts";

/** The configuration in force, where it came from, and a sentence for each thing in it that does not apply. */
export type ConfigInForce = { config: RepoConfig; source: string; problems: readonly string[] };

/** Reads it at `baseSha`. Throws when GitHub cannot be read: a file that could not be read is not an empty one. */
export async function readConfig(
  ref: PullRequestRef,
  baseSha: string,
  deps: Pick<Deps, "pullRequests" | "installation">,
): Promise<ConfigInForce> {
  const text = await deps.pullRequests.fetchFile(ref, REPO_CONFIG_PATH, baseSha);
  const { serverConfig } = deps.installation;
  const { config, problems } = parseRepoConfig(text, serverConfig);
  return {
    config,
    problems: [...problems, ...withoutEffect(config, serverConfig)],
    source: text === null ? "defaults" : `${REPO_CONFIG_PATH} @ ${shortSha(baseSha)}`,
  };
}

/** A setting that somebody made and that does nothing is said, not swallowed. */
function withoutEffect(config: RepoConfig, serverConfig: ServerConfig | undefined): string[] {
  const defaults = parseRepoConfig(null, serverConfig).config;
  return NOT_YET.filter((key) => JSON.stringify(config[key]) !== JSON.stringify(defaults[key])).map(
    (key) => `"${key}" has no effect in this version of Rondo`,
  );
}

/** What a round keeps of its configuration. */
export function settingsOf(config: RepoConfig): RoundSettings {
  return {
    transcript: config.transcript,
    aliases: config.aliases,
    badges: config.badges,
    blocking_priorities: config.blocking_priorities,
    external_policy: config.external.policy,
    external_deadline_minutes: config.external.deadline_minutes,
    request_changes: config.request_changes,
    on_base_change: config.on_base_change,
  };
}

/** null = unlimited. */
export function maxRoundsOf(config: RepoConfig): number | null {
  return config.max_rounds === "unlimited" ? null : config.max_rounds;
}
