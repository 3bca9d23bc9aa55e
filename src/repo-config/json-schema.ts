// The schemas in the form that editors and the documentation read, with what only people need: units, examples, and the
// note on keys that nothing acts on yet.
import { z } from "zod";
import { KEY_FACTS } from "./key-facts.ts";
import { NOT_YET, SERVER_NOT_YET } from "./not-yet.ts";
import { RepoConfig, ServerConfig } from "./schema.ts";

type JsonSchema = z.core.JSONSchema._JSONSchema;

/** JSON Schema of the repository's file, for editors and for the documentation. */
export function repoConfigJsonSchema() {
  const schema = z.toJSONSchema(RepoConfig, { io: "input", unrepresentable: "any" });
  addFacts(schema);
  closeObjects(schema);
  for (const key of NOT_YET) markAsLater(at(schema, key));
  const title = ".github/rondo.yml";
  const description = "How Rondo reviews the pull requests of this repository; read from the base branch.";
  return { ...schema, title, description };
}

/** JSON Schema of the server's file. */
export function serverConfigJsonSchema() {
  const schema = z.toJSONSchema(ServerConfig, { io: "input", unrepresentable: "any" });
  addFacts(schema);
  for (const key of [...NOT_YET, ...SERVER_NOT_YET]) markAsLater(at(schema, key));
  return schema;
}

function at(schema: JsonSchema, key: string): JsonSchema | undefined {
  return key
    .split(".")
    .reduce<JsonSchema | undefined>(
      (inner, part) => (typeof inner === "object" ? inner.properties?.[part] : undefined),
      schema,
    );
}

/** Editors propose examples, and mark a key that is not in the list. */
function addFacts(schema: JsonSchema): void {
  for (const [key, { unit, shows, examples }] of Object.entries(KEY_FACTS)) {
    const found = at(schema, key);
    if (typeof found !== "object") continue;
    if (unit !== undefined) found["x-unit"] = unit;
    found["x-shows"] = shows;
    if (examples !== undefined) found.examples = [...examples];
  }
}

function closeObjects(schema: JsonSchema): void {
  if (typeof schema !== "object" || schema.properties === undefined) return;
  schema.additionalProperties = false;
  for (const inner of Object.values(schema.properties)) closeObjects(inner);
}

/** Says of a key, and of every key in it, that nothing acts on it yet. */
function markAsLater(schema: JsonSchema | undefined): void {
  if (schema === undefined || typeof schema === "boolean") return;
  schema.description = `${schema.description ?? ""} Not acted on in this version.`.trim();
  for (const inner of Object.values(schema.properties ?? {})) markAsLater(inner);
}
