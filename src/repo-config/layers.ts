// What applies when several files speak: the repository's own, then the organisation's, then the server's, then the
// built-in default, key by key. The server's caps come last: a repository may ask for less than they allow, not for more.
import { NOT_YET } from "./not-yet.ts";
import { type ConfigLayer, type Known, LAYERS, type LayerName, overlay, valueAt } from "./read-layer.ts";
import { placeWords } from "./read-yaml.ts";
import { leafPaths } from "./schema-keys.ts";
import { RepoConfig, type ServerConfig } from "./schema.ts";

/**
 * What applies, where it comes from in a few words, a sentence for everything that does not apply, and one for every
 * setting that nothing acts on in this version.
 */
export type MergedConfig = { config: RepoConfig; source: string; problems: readonly string[]; idle: readonly string[] };

/** A value in force. `source`: the file that gives it, 1-based line (null: not there as a line of its own), or the default. */
export type ExplainedValue = {
  /** `triggers.opened` */
  key: string;
  value: unknown;
  byDefault: unknown;
  source: { layer: LayerName; file: string; sha7: string | null; line: number | null } | "default";
  /** False for a key that nothing acts on in this version. */
  hasEffect: boolean;
};

/** `server` is the server's whole configuration; its layer among `layers` only says where its values stand. */
export function mergeLayers(layers: readonly ConfigLayer[], server?: ServerConfig): MergedConfig {
  const wanted = wantedOf(layers, server);
  const over = overCaps(wanted, server);
  const config = RepoConfig.parse(over.reduce<Known>((kept, { path, allowed }) => put(kept, path, allowed), wanted));
  const spoken = strongestFirst(layers).filter(({ layer }) => layer !== "server");
  const collect = (problemsOf: (layer: ConfigLayer) => readonly string[]): readonly string[] =>
    spoken.flatMap((layer) => problemsOf(layer).map((problem) => within(layer, problem)));
  return {
    config,
    source: sourceWords(layers),
    problems: collect((layer) => [...layer.problems, ...capProblems(layer, over)]),
    idle: collect(idleSettings),
  };
}

/** A problem of the repository's own file needs no name before it: the texts name that file already. */
function within({ layer, file }: ConfigLayer, problem: string): string {
  return layer === "repository" ? problem : `${file}: ${problem}`;
}

/** Every value in force with its source, in the order of the schema. */
export function explainConfig(layers: readonly ConfigLayer[], server?: ServerConfig): readonly ExplainedValue[] {
  const { config } = mergeLayers(layers, server);
  const defaults = RepoConfig.parse({});
  const over = overCaps(wantedOf(layers, server), server);
  const idle = new Set(NOT_YET);
  return leafPaths(RepoConfig).map((path) => {
    const key = path.join(".");
    const cap = over.find((one) => one.path.join(".") === key);
    const from = cap === undefined ? path : ["caps", cap.cap];
    const giver = strongestFirst(layers).find(
      (layer) => (cap === undefined || layer.layer === "server") && valueAt(layer.given, from) !== undefined,
    );
    return {
      key,
      value: valueAt(config, path),
      byDefault: valueAt(defaults, path),
      source: giver === undefined ? "default" : placed(giver, from),
      hasEffect: !idle.has(key) && !idle.has(path[0] ?? ""),
    };
  });
}

/** `.github/rondo.yml @ 0123abc, octo/.github @ 4567def, server file`, or `defaults`. */
function sourceWords(layers: readonly ConfigLayer[]): string {
  const own = new Set(Object.keys(RepoConfig.shape));
  const speaking = strongestFirst(layers).filter(
    ({ layer, isThere, given }) => isThere && (layer !== "server" || Object.keys(given).some((key) => own.has(key))),
  );
  const words = speaking.map(({ file, commit }) => (commit === null ? file : `${file} @ ${commit.slice(0, 7)}`));
  return words.join(", ") || "defaults";
}

function strongestFirst(layers: readonly ConfigLayer[]): readonly ConfigLayer[] {
  return layers.toSorted((a, b) => LAYERS.indexOf(a.layer) - LAYERS.indexOf(b.layer));
}

function placed(layer: ConfigLayer, path: readonly string[]): Exclude<ExplainedValue["source"], string> {
  const { file, commit } = layer;
  const line = layer.placeOf(path)?.line ?? null;
  return { layer: layer.layer, file, sha7: commit?.slice(0, 7) ?? null, line };
}

/** What the files ask for, before the caps. */
function wantedOf(layers: readonly ConfigLayer[], server: ServerConfig | undefined): Known {
  const base: Known = RepoConfig.parse(server ?? {});
  return strongestFirst(layers)
    .filter(({ layer }) => layer !== "server")
    .reduceRight((merged, { given }) => overlay(merged, given), base);
}

const CAPPED: readonly { path: readonly string[]; cap: keyof ServerConfig["caps"] }[] = [
  { path: ["max_rounds"], cap: "max_rounds" },
  { path: ["budget", "cost_usd_per_round"], cap: "cost_usd_per_round" },
  { path: ["budget", "cost_usd_per_day"], cap: "cost_usd_per_day" },
  { path: ["budget", "minutes_per_round"], cap: "minutes_per_round" },
  { path: ["budget", "runs_per_day"], cap: "runs_per_day" },
];

type OverCap = { path: readonly string[]; cap: string; wanted: unknown; allowed: number };

/** `unlimited` and null stand for no limit, so every cap is below them. */
function overCaps(wanted: Known, server: ServerConfig | undefined): readonly OverCap[] {
  return CAPPED.flatMap(({ path, cap }) => {
    const allowed = server?.caps[cap] ?? null;
    const value = valueAt(wanted, path);
    const isOver = allowed !== null && (typeof value === "number" ? value : Number.POSITIVE_INFINITY) > allowed;
    return isOver ? [{ path, cap, wanted: value, allowed }] : [];
  });
}

function capProblems(layer: ConfigLayer, over: readonly OverCap[]): string[] {
  return over
    .filter(({ path, wanted }) => valueAt(layer.given, path) === wanted)
    .map(({ path, wanted, allowed }) => {
      const key = path.join(".");
      return `${placeWords(layer.placeOf(path))}: "${key}" is ${JSON.stringify(wanted)}; this server allows at most ${allowed}, which applies`;
    });
}

/** A setting that somebody made and that does nothing is said, not swallowed. */
function idleSettings(layer: ConfigLayer): string[] {
  const defaults: Known = RepoConfig.parse({});
  const asked = overlay(defaults, layer.given);
  return NOT_YET.map((key) => ({ key, path: key.split(".") }))
    .filter(({ path }) => JSON.stringify(valueAt(asked, path)) !== JSON.stringify(valueAt(defaults, path)))
    .map(({ key, path }) => `${placeWords(layer.placeOf(path))}: "${key}" has no effect in this version of Rondo`);
}

function put(values: Known, path: readonly string[], value: unknown): Known {
  return overlay(
    values,
    path.reduceRight<Known>((inner, key, index) => ({ [key]: index === path.length - 1 ? value : inner }), {}),
  );
}
