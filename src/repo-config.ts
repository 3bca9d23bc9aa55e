// Reads `.github/rondo.yml`, and the server's file of the same shape. What is wrong is reported with its place and left
// out; everything else applies. A broken file never stops a round and never changes what counts as blocking by accident.
import { z } from "zod";
import { NOT_YET, SERVER_NOT_YET } from "./repo-config/not-yet.ts";
import { readYaml } from "./repo-config/read-yaml.ts";
import type { YamlFile } from "./repo-config/read-yaml.ts";
import { RepoConfig, ServerConfig } from "./repo-config/schema.ts";

/** The file's name in a repository. */
export const REPO_CONFIG_PATH = ".github/rondo.yml";

/** The configuration that applies, and a sentence for each thing that does not: `line 3, column 1: unknown key …`. */
export type ReadConfig<C> = { config: C; problems: string[] };

/**
 * Reads a repository's file; null text means that there is none. Keys that are missing or wrong take the value of
 * `defaults` (the server's file), else the built-in default. Then the server's caps are applied.
 */
export function parseRepoConfig(text: string | null, defaults?: ServerConfig): ReadConfig<RepoConfig> {
  const { given, problems } = readKnown(text, RepoConfig, REPO_CONFIG_PATH);
  const base: Known = defaults === undefined ? {} : RepoConfig.parse(defaults);
  const config = RepoConfig.parse(overlay(base, given));
  return { config: defaults === undefined ? config : applyCaps(config, defaults), problems };
}

/** Reads the server's file; null text means that there is none. A setting that nothing acts on yet is a problem too. */
export function parseServerConfig(text: string | null): ReadConfig<ServerConfig> {
  const { given, problems } = readKnown(text, ServerConfig, "the server's rondo.yml");
  const idle = [...NOT_YET, ...SERVER_NOT_YET].filter((key) => isGiven(given, key.split(".")));
  const words = idle.map((key) => `"${key}" has no effect in this version of Rondo`);
  return { config: ServerConfig.parse(given), problems: [...problems, ...words] };
}

function isGiven(given: Known, [key = "", ...below]: readonly string[]): boolean {
  if (!Object.hasOwn(given, key)) return false;
  const value = given[key];
  return below.length === 0 || (isMapping(value) && isGiven(value, below));
}

/** JSON Schema of the repository's file, for editors and for the documentation. */
export function repoConfigJsonSchema() {
  const schema = z.toJSONSchema(RepoConfig, { io: "input", unrepresentable: "any" });
  for (const key of NOT_YET) markAsLater(schema.properties?.[key]);
  return schema;
}

/** Says of a key, and of every key in it, that nothing acts on it yet. */
function markAsLater(schema: JsonSchema | undefined): void {
  if (schema === undefined || typeof schema === "boolean") return;
  schema.description = `${schema.description ?? ""} Not acted on in this version.`.trim();
  for (const inner of Object.values(schema.properties ?? {})) markAsLater(inner);
}

type JsonSchema = z.core.JSONSchema._JSONSchema;

/** JSON Schema of the server's file. */
export function serverConfigJsonSchema() {
  const schema = z.toJSONSchema(ServerConfig, { io: "input", unrepresentable: "any" });
  for (const key of NOT_YET) markAsLater(schema.properties?.[key]);
  for (const key of SERVER_NOT_YET) markAsLater(key.split(".").reduce<JsonSchema | undefined>(propertyOf, schema));
  return schema;
}

function propertyOf(schema: JsonSchema | undefined, key: string): JsonSchema | undefined {
  return typeof schema === "object" ? schema.properties?.[key] : undefined;
}

type Known = Record<string, unknown>;

function readKnown(text: string | null, schema: z.ZodObject, file: string): { given: Known; problems: string[] } {
  if (text === null) return { given: {}, problems: [] };
  const yaml = readYaml(text);
  const problems = [...yaml.problems];
  if (yaml.value === null) return { given: {}, problems };
  if (!isMapping(yaml.value)) {
    return { given: {}, problems: [...problems, `${file} must be a mapping of keys to values; nothing in it applies`] };
  }
  return { given: keepValid(yaml.value, { schema, path: [], yaml, problems }), problems };
}

type Walk = { schema: z.ZodObject; path: readonly string[]; yaml: YamlFile; problems: string[] };

/** The values that fit their schema, key by key; a problem for each of the others. */
function keepValid(values: Known, walk: Walk): Known {
  const kept: Known = {};
  for (const [key, value] of Object.entries(values)) {
    const path = [...walk.path, key];
    const at = `${walk.yaml.placeOf(path)}: `;
    const known: z.ZodType | undefined = Object.hasOwn(walk.schema.shape, key) ? walk.schema.shape[key] : undefined;
    if (known === undefined) walk.problems.push(`${at}unknown key ${quote(path)}${suggestion(key, walk.schema)}`);
    else if (value !== null || accepts(known, null)) {
      const section = objectOf(known);
      if (section !== null && isMapping(value)) kept[key] = keepValid(value, { ...walk, schema: section, path });
      else if (accepts(known, value)) kept[key] = value;
      else walk.problems.push(`${at}${quote(path)} ${whyNot(known, value)}; the default applies`);
    }
  }
  return kept;
}

function accepts(schema: z.ZodType, value: unknown): boolean {
  return schema.safeParse(value).success;
}

function whyNot(schema: z.ZodType, value: unknown): string {
  const issue = schema.safeParse(value).error?.issues[0];
  const inside = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  return `is not valid${inside}: ${issue?.message ?? "unknown reason"}`;
}

function objectOf(schema: z.ZodType): z.ZodObject | null {
  const inner = schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  return inner instanceof z.ZodObject ? inner : null;
}

function isMapping(value: unknown): value is Known {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `over` on top of `base`, mapping by mapping; lists and single values are replaced whole. */
function overlay(base: Known, over: Known): Known {
  const merged: Known = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isMapping(below) && isMapping(value) ? overlay(below, value) : value;
  }
  return merged;
}

/** A repository may ask for less than the server allows, never for more. */
function applyCaps(config: RepoConfig, { caps }: ServerConfig): RepoConfig {
  const { budget } = config;
  const rounds = config.max_rounds === "unlimited" ? caps.max_rounds : atMost(config.max_rounds, caps.max_rounds);
  return {
    ...config,
    max_rounds: rounds ?? "unlimited",
    budget: {
      cost_usd_per_round: atMost(budget.cost_usd_per_round, caps.cost_usd_per_round),
      cost_usd_per_day: atMost(budget.cost_usd_per_day, caps.cost_usd_per_day),
      minutes_per_round: atMost(budget.minutes_per_round, caps.minutes_per_round),
      runs_per_day: budget.runs_per_day === null ? caps.runs_per_day : atMost(budget.runs_per_day, caps.runs_per_day),
    },
  };
}

function atMost(value: number, cap: number | null): number {
  return cap === null ? value : Math.min(value, cap);
}

function quote(path: readonly string[]): string {
  return `"${path.join(".").slice(0, 100)}"`;
}

function suggestion(key: string, schema: z.ZodObject): string {
  const candidates = Object.keys(schema.shape).map((known) => ({ known, distance: editDistance(key, known) }));
  const best = candidates.toSorted((a, b) => a.distance - b.distance)[0];
  return best !== undefined && best.distance <= 2 + key.length / 8 ? `; did you mean "${best.known}"?` : "";
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
