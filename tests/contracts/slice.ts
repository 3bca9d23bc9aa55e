// Reads the committed slices of GitHub's description. The shapes here are what scripts/slice-contracts.mjs writes.
import { readFileSync } from "node:fs";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { rewriteSchema, rewriteShared, type SchemaPart } from "./schema-rewrite.ts";

/** Which published package a slice was cut from. */
export type SliceSource = { package: string; version: string; licence: string; file: string };

export type Parameter = { name: string; in: string; required?: true; multiSegment?: true; schema: SchemaPart };
export type Operation = {
  parameters: Parameter[];
  requestBody?: { required: boolean; schema: SchemaPart };
  /** Status as text ("200", "4XX", "default") to its JSON body; no schema: no JSON body is described. */
  responses: Record<string, { schema?: SchemaPart }>;
};
export type RestSlice = {
  source: SliceSource;
  /** Path template to lower-case method to operation. */
  paths: Record<string, Record<string, Operation>>;
  schemas: SchemaPart;
};
/** Event name to action ("" for events without one) to payload schema. */
export type WebhookSlice = {
  source: SliceSource;
  events: Record<string, Record<string, SchemaPart>>;
  schemas: SchemaPart;
};

export function readRestSlice(): RestSlice {
  const slice: RestSlice = JSON.parse(readFileSync(new URL("openapi.slice.json", import.meta.url), "utf8"));
  return slice;
}

export function readWebhookSlice(): WebhookSlice {
  const slice: WebhookSlice = JSON.parse(readFileSync(new URL("webhooks.slice.json", import.meta.url), "utf8"));
  return slice;
}

/** Compiles schemas of one slice. `strict` refuses undescribed fields; `text` also reads "5" as 5, for paths and queries. */
export type SchemaCompiler = Record<"loose" | "strict" | "text", (schema: SchemaPart) => ValidateFunction>;

export function schemaCompiler(schemas: SchemaPart): SchemaCompiler {
  const body = newAjv(false);
  const text = newAjv(true);
  for (const ajv of [body, text]) ajv.addSchema(rewriteShared(schemas, { home: "gh", isStrict: false }), "gh");
  body.addSchema(rewriteShared(schemas, { home: "gh-strict", isStrict: true }), "gh-strict");
  return {
    loose: (schema) => body.compile(rewriteSchema(schema, { home: "gh", isStrict: false })),
    strict: (schema) => body.compile(rewriteSchema(schema, { home: "gh-strict", isStrict: true })),
    text: (schema) => text.compile(rewriteSchema(schema, { home: "gh", isStrict: false })),
  };
}

/** What ajv complained about, one line each, without the echo errors of enclosing anyOf/oneOf. */
export function describeErrors(errors: readonly ErrorObject[] | null | undefined): string[] {
  const all = errors ?? [];
  const leaves = all.filter((one) => one.keyword !== "anyOf" && one.keyword !== "oneOf" && one.keyword !== "if");
  const lines = (leaves.length > 0 ? leaves : all).map(
    (error) => `${error.instancePath || "(top)"} ${describeError(error)}`,
  );
  return [...new Set(lines)];
}

/** The message with what was found: a waiver must be able to tell null from a wrong type. */
function describeError({ keyword, message = "is wrong", params, data }: ErrorObject): string {
  const extra: unknown = params["additionalProperty"] ?? params["allowedValues"];
  const found = { type: data === null ? "null" : typeof data, format: String(data), enum: String(data) }[keyword];
  const detail = extra === undefined ? "" : ` (${Array.isArray(extra) ? extra.join(",") : JSON.stringify(extra)})`;
  return `${message}${detail}${found === undefined ? "" : `, is ${found}`}`;
}

/** GitHub's description uses a few formats of its own; they carry no rule a check could apply. */
function newAjv(isText: boolean): Ajv {
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    verbose: true,
    validateSchema: false,
    inlineRefs: false,
    // Optimising the generated code takes three times as long as it saves: each schema checks a few bodies only.
    code: { optimize: false },
    logger: false,
    ...(isText ? { coerceTypes: "array" as const } : {}),
  });
  addFormats.default(ajv);
  for (const format of ["repo.nwo", "timestamp", "ssh-key", "ssh-key fingerprint", "cipher"])
    ajv.addFormat(format, true);
  return ajv;
}
