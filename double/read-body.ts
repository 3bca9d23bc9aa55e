// Reads fields of a JSON request body; a wrong type is 422 "Invalid request.", the way GitHub words it.
import { invalidRequest } from "./api-error.ts";

type Body = Record<string, unknown>;

/** A required string. */
export function needString(body: Body, key: string): string {
  const value = optionalString(body, key);
  if (value === undefined) throw invalidRequest(`"${key}" wasn't supplied.`);
  return value;
}

/** A string, or undefined when absent or null. */
export function optionalString(body: Body, key: string): string | undefined {
  const value = body[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string")
    throw invalidRequest(`For 'properties/${key}', ${JSON.stringify(value)} is not a string.`);
  return value;
}

/** An integer, or undefined when absent or null. */
export function optionalInteger(body: Body, key: string): number | undefined {
  const value = body[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "number" || !Number.isInteger(value)) {
    throw invalidRequest(`For 'properties/${key}', ${JSON.stringify(value)} is not an integer.`);
  }
  return value;
}

/** An array of objects, or undefined when absent. */
export function optionalObjects(body: Body, key: string): Body[] | undefined {
  const value = body[key];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw invalidRequest(`For 'properties/${key}', ${JSON.stringify(value)} is not an array.`);
  return value.map((item: unknown) => {
    if (typeof item !== "object" || item === null || Array.isArray(item)) {
      throw invalidRequest(`For 'properties/${key}/items', ${JSON.stringify(item)} is not an object.`);
    }
    return { ...item };
  });
}

/** An object, or undefined when absent. */
export function optionalObject(body: Body, key: string): Body | undefined {
  const value = body[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) {
    throw invalidRequest(`For 'properties/${key}', ${JSON.stringify(value)} is not an object.`);
  }
  return { ...value };
}

/** An array of strings, or undefined when absent. */
export function optionalStrings(body: Body, key: string): string[] | undefined {
  const value = body[key];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) {
    throw invalidRequest(`For 'properties/${key}', ${JSON.stringify(value)} is not an array of strings.`);
  }
  return value.map(String);
}

/** One of the allowed words, or undefined when absent. */
export function optionalWord<Word extends string>(body: Body, key: string, allowed: readonly Word[]): Word | undefined {
  const value = optionalString(body, key);
  if (value === undefined) return undefined;
  const word = allowed.find((candidate) => candidate === value);
  if (word === undefined) {
    throw invalidRequest(`For 'properties/${key}', "${value}" is not a member of ${JSON.stringify(allowed)}.`);
  }
  return word;
}

// https://github.com/renovatebot/renovate/issues/2032 ("body is too long (maximum is 65536 characters)")
const BODY_LIMIT = 65_536;

/** Whether GitHub would refuse that comment or review body for its length. */
export function isTooLong(body: string): boolean {
  return Array.from(body).length > BODY_LIMIT;
}
