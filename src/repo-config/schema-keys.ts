// The keys of a schema one by one: sections are opened, so that every value has one name, `triggers.opened`.
import { z } from "zod";

/** The section that a key opens, or null when the key has a value of its own. */
export function sectionOf(schema: z.ZodType): z.ZodObject | null {
  const inner = schema instanceof z.ZodPrefault || schema instanceof z.ZodDefault ? schema.unwrap() : schema;
  return inner instanceof z.ZodObject ? inner : null;
}

/** The path of every value, in the order of the schema: `["triggers", "opened"]`. */
export function leafPaths(schema: z.ZodObject): readonly (readonly string[])[] {
  return Object.entries<z.ZodType>(schema.shape).flatMap(([key, inner]) => {
    const section = sectionOf(inner);
    return section === null ? [[key]] : leafPaths(section).map((path) => [key, ...path]);
  });
}
