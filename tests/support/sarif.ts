// Holds a SARIF log against the schema of its standard, of which tests/contracts/ has the part that Rondo uses.
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import ajvFormats from "ajv-formats";

const { source: _, ...schema }: Record<string, unknown> = JSON.parse(
  readFileSync("tests/contracts/sarif.slice.json", "utf8"),
);
const ajv = new Ajv({ allErrors: true, strict: false });
ajvFormats.default(ajv);
const isValid = ajv.compile(schema);

/** Sentences about everything that the standard does not allow; empty for a valid log. */
export function sarifProblems(log: unknown): string[] {
  if (isValid(log)) return [];
  return (isValid.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}
