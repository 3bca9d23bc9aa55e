// One configuration file becomes a layer: the values in it that fit the schema, where each of them stands, and a sentence
// for everything that does not fit. What is wrong is left out and the rest applies, so that a slip stops nobody's review.
import type { z } from "zod";
import { keepKnownRules } from "./known-rules.ts";
import { nearestKey } from "./nearest-key.ts";
import { firstProblems, placeWords, readYaml } from "./read-yaml.ts";
import type { Place, YamlFile } from "./read-yaml.ts";
import { sectionOf } from "./schema-keys.ts";

/** Values by key, mappings inside of mappings. */
export type Known = Record<string, unknown>;

/** Who a file speaks for; the order is the order of strength. */
export const LAYERS = ["repository", "organisation", "server"] as const;
export type LayerName = (typeof LAYERS)[number];

/** Where a file comes from. */
export type LayerSource = {
  layer: LayerName;
  /** What people call it: `.github/rondo.yml`, `octo/.github`, `server file`. Never a path of this machine. */
  file: string;
  /** The commit it was read at; null for a file that has none. */
  commit: string | null;
};

/** A file that was read. */
export type ConfigLayer = LayerSource & {
  /** False when there is no such file; a file that is empty or useless is there. */
  isThere: boolean;
  /** The values that apply. */
  given: Known;
  /** Sentences, `line 3, column 1: unknown key …`; at most some twenty. */
  problems: readonly string[];
  /** Where a key stands, or null when it does not stand there. */
  placeOf: (path: readonly string[]) => Place | null;
};

/** Reads a file's text by a schema; null: there is no such file. */
export function readLayer(source: LayerSource, text: string | null, schema: z.ZodObject): ConfigLayer {
  if (text === null) return { ...source, isThere: false, given: {}, problems: [], placeOf: () => null };
  const yaml = readYaml(text);
  const problems = [...yaml.problems];
  const layer = { ...source, isThere: true, placeOf: yaml.placeOf };
  if (yaml.value !== null && !isMapping(yaml.value)) {
    problems.push(`${source.file} must be a mapping of keys to values; nothing in it applies`);
    return { ...layer, given: {}, problems };
  }
  const given = yaml.value === null ? {} : keepValid(yaml.value, { schema, root: schema, path: [], yaml, problems });
  return { ...layer, given, problems: firstProblems(problems) };
}

/** A file that is there and cannot be used, with the sentence that says why. */
export function unusableLayer(source: LayerSource, problem: string): ConfigLayer {
  return { ...source, isThere: true, given: {}, problems: [problem], placeOf: () => null };
}

/** `over` on top of `base`, mapping by mapping; lists and single values are replaced whole. */
export function overlay(base: Known, over: Known): Known {
  const merged: Known = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isMapping(below) && isMapping(value) ? overlay(below, value) : value;
  }
  return merged;
}

/** The value at a path; undefined when there is none. */
export function valueAt(values: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (isMapping(value) && Object.hasOwn(value, key) ? value[key] : undefined),
    values,
  );
}

type Walk = {
  schema: z.ZodObject;
  root: z.ZodObject;
  path: readonly string[];
  yaml: YamlFile;
  problems: string[];
};

/** The values that fit their schema, key by key; a problem for each of the others. */
function keepValid(values: Known, walk: Walk): Known {
  const kept: Known = {};
  for (const [key, value] of Object.entries(values)) {
    const path = [...walk.path, key];
    const report = (words: string): void => {
      walk.problems.push(`${placeWords(walk.yaml.placeOf(path))}: ${words}`);
    };
    const known: z.ZodType | undefined = Object.hasOwn(walk.schema.shape, key) ? walk.schema.shape[key] : undefined;
    if (known === undefined) report(`unknown key ${quote(path)}${suggestion(key, walk)}`);
    else if (value !== null || accepts(known, null)) {
      const section = sectionOf(known);
      if (section !== null && isMapping(value)) kept[key] = keepValid(value, { ...walk, schema: section, path });
      else if (accepts(known, value)) kept[key] = withoutStrangers(path, value, report);
      else report(`${quote(path)} ${whyNot(known, value)}; it does not apply`);
    }
  }
  return kept;
}

/** Of the lists of rules only the names that are rules apply. */
function withoutStrangers(path: readonly string[], value: unknown, report: (words: string) => void): unknown {
  const key = path.join(".");
  if ((key !== "static.disable" && key !== "static.enable") || !Array.isArray(value)) return value;
  const { known, unknown } = keepKnownRules(key, value.map(String));
  for (const words of unknown) report(words);
  return known;
}

function suggestion(key: string, { schema, root }: Walk): string {
  const near = nearestKey(key, schema, root);
  return near === undefined ? "" : `; did you mean "${near}"?`;
}

function accepts(schema: z.ZodType, value: unknown): boolean {
  return schema.safeParse(value).success;
}

function whyNot(schema: z.ZodType, value: unknown): string {
  const issue = schema.safeParse(value).error?.issues[0];
  const inside = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".").slice(0, 100)}`;
  const word = typeof value === "string" && /^(?:yes|no|on|off)$/i.test(value) && accepts(schema, true);
  const advice = word ? " (write true or false)" : "";
  return `is not valid${inside}: ${issue?.message ?? "unknown reason"}${advice}`;
}

function isMapping(value: unknown): value is Known {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function quote(path: readonly string[]): string {
  return `"${path.join(".").slice(0, 100)}"`;
}
