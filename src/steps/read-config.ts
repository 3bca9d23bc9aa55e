// The configuration in force: the repository's file, always from the base commit, so that a pull request cannot loosen its
// own gate; then the owner's defaults, the server's file, and what is built in.
import { PermanentError } from "../errors.ts";
import type { RepositoryRef } from "../intent/intent.ts";
import {
  organisationLayer,
  organisationSource,
  REPO_CONFIG_PATH,
  repositoryLayer,
  repositorySource,
} from "../repo-config.ts";
import { explainConfig, mergeLayers } from "../repo-config/layers.ts";
import { type ConfigLayer, type LayerSource, unusableLayer } from "../repo-config/read-layer.ts";
import { blockingInRound } from "../repo-config/floor.ts";
import type { RepoConfig, ServerConfig } from "../repo-config/schema.ts";
import type { ConfigAnswer } from "../report/config.ts";
import type { RoundSettings } from "../round/round-settings.ts";
import type { Deps } from "./deps.ts";

/** The configuration in force, where it came from, and a sentence for each thing in it that does not apply. */
export type ConfigInForce = { config: RepoConfig; source: string; problems: readonly string[] };

type Needs = Pick<Deps, "pullRequests"> & { installation: Pick<Deps["installation"], "serverConfig" | "serverLayer"> };

/** Reads it at `baseSha`. Throws when GitHub cannot be read: a file that could not be read is not an empty one. */
export async function readConfig(repo: RepositoryRef, baseSha: string, deps: Needs): Promise<ConfigInForce> {
  const layers = await readLayers(repo, baseSha, deps);
  const { config, source, problems, idle } = mergeLayers(layers, deps.installation.serverConfig);
  return { config, source, problems: [...problems, ...idle] };
}

/** Every value in force at `baseSha` with its source, for the answer to the `config` command. Throws like `readConfig`. */
export async function explainInForce(repo: RepositoryRef, baseSha: string, deps: Needs): Promise<ConfigAnswer> {
  const layers = await readLayers(repo, baseSha, deps);
  const { serverConfig } = deps.installation;
  const { source, problems, idle } = mergeLayers(layers, serverConfig);
  return { source, problems: [...problems, ...idle], values: explainConfig(layers, serverConfig) };
}

async function readLayers(repo: RepositoryRef, baseSha: string, deps: Needs): Promise<readonly ConfigLayer[]> {
  const { pullRequests, installation } = deps;
  const [own, owners] = await Promise.all([
    usable(repositorySource(baseSha), async () =>
      repositoryLayer(await pullRequests.fetchFile(repo, REPO_CONFIG_PATH, baseSha), baseSha),
    ),
    usable(organisationSource(repo.owner, null), async () => {
      const found = await pullRequests.fetchOwnerFile(repo, REPO_CONFIG_PATH);
      return organisationLayer(found?.text ?? null, repo.owner, found?.commit ?? null);
    }),
  ]);
  return installation.serverLayer === undefined ? [own, owners] : [own, owners, installation.serverLayer];
}

/** What stands there and is no text is a problem of the file's author, and the rest applies. */
async function usable(source: LayerSource, read: () => Promise<ConfigLayer>): Promise<ConfigLayer> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof PermanentError) || !NO_TEXT.has(error.code)) throw error;
    return unusableLayer(source, `${error.message} ${error.hint ?? ""} Nothing in it applies.`);
  }
}

const NO_TEXT: ReadonlySet<string> = new Set(["NOT_A_FILE", "FILE_TOO_LARGE", "FILE_NOT_TEXT"]);

/** What round `n` keeps of its configuration. */
export function settingsOf(config: RepoConfig, n: number, server?: ServerConfig): RoundSettings {
  const { blocking, floor } = blockingInRound(config, n);
  return {
    transcript: config.transcript,
    aliases: config.aliases,
    badges: config.badges,
    blocking_priorities: blocking,
    ...(floor === null ? {} : { floor }),
    external_policy: config.external.policy,
    external_deadline_minutes: config.external.deadline_minutes,
    request_changes: config.request_changes,
    on_base_change: config.on_base_change,
    paths: config.paths,
    exclude: config.exclude,
    max_inline_comments: config.max_inline_comments,
    static_rules: { disable: config.static.disable, enable: config.static.enable },
    ...(config.rules.length > 0 && { rules: config.rules }),
    minutes_per_round: config.budget.minutes_per_round,
    ...(server === undefined ? {} : { reviewer_attempts: server.limits.reviewer_attempts }),
  };
}

/** null = unlimited. */
export function maxRoundsOf(config: RepoConfig): number | null {
  return config.max_rounds === "unlimited" ? null : config.max_rounds;
}
