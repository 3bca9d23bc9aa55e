// Judges the webhook payloads that the double sends by GitHub's published webhook schemas. Only for what we emit:
// many of GitHub's own older examples do not pass them, so nothing that arrives is ever refused by these.
import type { ValidateFunction } from "ajv";
import { isPart } from "./schema-rewrite.ts";
import { describeErrors, readWebhookSlice, schemaCompiler } from "./slice.ts";
import type { Problem } from "./waivers.ts";

/** Checks one parsed payload of the named event; the schema is picked by `payload.action`. */
export type WebhookJudge = (event: string, payload: unknown) => Problem[];

export function webhookJudge(): WebhookJudge {
  const slice = readWebhookSlice();
  const compiler = schemaCompiler(slice.schemas);
  const checks = new Map<string, ValidateFunction>();
  return (event, payload) => {
    const action = isPart(payload) && typeof payload["action"] === "string" ? payload["action"] : "";
    const operation = `webhook ${event}${action && `.${action}`}`;
    const schema = slice.events[event]?.[action];
    if (!schema) return [{ operation, part: "route", detail: `no judge covers ${operation}` }];
    const check = checks.get(operation) ?? compiler.loose(schema);
    checks.set(operation, check);
    if (check(payload)) return [];
    return describeErrors(check.errors).map((detail) => ({ operation, part: "payload" as const, detail }));
  };
}
