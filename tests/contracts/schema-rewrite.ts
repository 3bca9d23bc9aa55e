// GitHub's description is OpenAPI; ajv checks JSON Schema. This turns one into the other: `nullable`, references, and,
// for requests, closed objects, because GitHub ignores a misspelt field in silence and a test must not.

/** A JSON Schema or a part of one, as it stands in the slice. */
export type SchemaPart = Record<string, unknown>;

/** Where `#/components/schemas/x` lives once the shared schemas are registered under `home`. */
export type RewriteOptions = { home: string; isStrict: boolean };

/** One schema for ajv. References point into `options.home`; `isStrict` refuses properties that are not described. */
export function rewriteSchema(schema: unknown, options: RewriteOptions): SchemaPart {
  const value = rewriteValue(schema, options, false);
  return isPart(value) ? value : {};
}

/** All shared schemas in one registrable document: `ajv.addSchema(rewriteShared(...), home)`. */
export function rewriteShared(schemas: SchemaPart, options: RewriteOptions): SchemaPart {
  return { components: { schemas: rewriteValue(schemas, options, true) } };
}

/** `isMap`: the keys are names of properties or schemas, not words of JSON Schema. */
function rewriteValue(value: unknown, options: RewriteOptions, isMap: boolean): unknown {
  if (Array.isArray(value)) return value.map((one) => rewriteValue(one, options, false));
  if (!isPart(value)) return value;
  const out: SchemaPart = {};
  for (const [key, one] of Object.entries(value)) {
    if (!isMap && key === "nullable") continue;
    const isBranch = !isMap && COMBINERS.includes(key) && "properties" in value;
    out[key] = rewriteKeyword(key, one, isBranch ? { ...options, isStrict: false } : options, isMap);
  }
  if (isMap) return out;
  if (options.isStrict && "properties" in out && out["additionalProperties"] === undefined) close(out);
  return value["nullable"] === true ? { anyOf: [{ type: "null" }, out] } : out;
}

function rewriteKeyword(key: string, value: unknown, options: RewriteOptions, isMap: boolean): unknown {
  if (isMap) return rewriteValue(value, options, false);
  if (key === "enum" || key === "required" || key === "const") return value;
  if (key === "$ref") return `${options.home}${String(value)}`;
  return rewriteValue(value, options, /^(?:pattern)?[pP]roperties$/.test(key));
}

const COMBINERS = ["allOf", "oneOf", "anyOf"];

/**
 * Refuses undescribed properties. An object with alternatives (a check run: completed or not) may use what any of them
 * names, so its names are listed instead of closing each alternative; with a reference inside the names are unknown.
 */
function close(schema: SchemaPart): void {
  const branches = COMBINERS.flatMap((key) => schema[key] ?? []).filter(isPart);
  if (branches.length === 0) schema["additionalProperties"] = false;
  else if (branches.every((branch) => !("$ref" in branch))) {
    const names = [schema, ...branches].flatMap(({ properties }) =>
      isPart(properties) ? Object.keys(properties) : [],
    );
    schema["propertyNames"] = { enum: [...new Set(names)] };
  }
}

export function isPart(value: unknown): value is SchemaPart {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
