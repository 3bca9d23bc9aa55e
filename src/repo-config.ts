// Reads `.github/rondo.yml`, and the server's file of the same shape. What is wrong is reported with its place and left
// out; everything else applies. A broken file never stops a round and never changes what counts as blocking by accident.
import { mergeLayers } from "./repo-config/layers.ts";
import { NOT_YET, SERVER_NOT_YET } from "./repo-config/not-yet.ts";
import { type ConfigLayer, type LayerSource, readLayer, valueAt } from "./repo-config/read-layer.ts";
import { RepoConfig, ServerConfig } from "./repo-config/schema.ts";
import { NO_REPOSITORY } from "./repo-config/served.ts";

/** The file's name in a repository. */
export const REPO_CONFIG_PATH = ".github/rondo.yml";

/** The repository of an owner in which defaults for all the others may stand, as GitHub's own community files do. */
export const OWNER_REPOSITORY = ".github";

/** The configuration that applies, and a sentence for each thing that does not: `line 3, column 1: unknown key …`. */
export type ReadConfig<C> = { config: C; problems: readonly string[] };

/**
 * Reads a repository's file; null text means that there is none. Keys that are missing or wrong take the value of
 * `defaults` (the server's file), else the built-in default. Then the server's caps are applied.
 */
export function parseRepoConfig(text: string | null, defaults?: ServerConfig): ReadConfig<RepoConfig> {
  const { config, problems } = mergeLayers([repositoryLayer(text, null)], defaults);
  return { config, problems };
}

/** The repository's own file at a commit. */
export function repositoryLayer(text: string | null, commit: string | null): ConfigLayer {
  return readLayer(repositorySource(commit), text, RepoConfig);
}

/** Where the repository's own file comes from. */
export function repositorySource(commit: string | null): LayerSource {
  return { layer: "repository", file: REPO_CONFIG_PATH, commit };
}

/** The defaults of an owner for all repositories, at a commit of `OWNER/.github`. */
export function organisationLayer(text: string | null, owner: string, commit: string | null): ConfigLayer {
  return readLayer(organisationSource(owner, commit), text, RepoConfig);
}

/** Where the defaults of an owner come from. */
export function organisationSource(owner: string, commit: string | null): LayerSource {
  return { layer: "organisation", file: `${owner}/${OWNER_REPOSITORY}`, commit };
}

/** Reads the server's file; null text means that there is none. A setting that nothing acts on yet is a problem too. */
export function parseServerConfig(text: string | null): ReadConfig<ServerConfig> & { layer: ConfigLayer } {
  const layer = readLayer({ layer: "server", file: "server file", commit: null }, text, ServerConfig);
  const idle = [...NOT_YET, ...SERVER_NOT_YET].filter((key) => valueAt(layer.given, key.split(".")) !== undefined);
  const words = idle.map((key) => `"${key}" has no effect in this version of Rondo`);
  const config = ServerConfig.parse(layer.given);
  // Of every other key the default applies; here that would be everybody.
  const isLost = layer.placeOf(["repositories"]) !== null && valueAt(layer.given, ["repositories"]) === undefined;
  const lost = isLost ? ['no repository is served until "repositories" is a list of globs'] : [];
  return {
    config: isLost ? { ...config, repositories: [...NO_REPOSITORY] } : config,
    problems: [...layer.problems, ...words, ...lost],
    layer,
  };
}
