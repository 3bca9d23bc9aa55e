// Rondo's version, from package.json: the one place where it is kept. Looked for upwards, because the built files lie one
// folder deeper than the sources.
import { readFileSync } from "node:fs";
import { z } from "zod";

/** `1.2.3`. */
export const version: string = readVersion();

function readVersion(): string {
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      const manifest = z
        .object({ name: z.literal("rondo"), version: z.string() })
        .parse(JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")));
      return manifest.version;
    } catch {
      // Not this folder.
    }
  }
  throw new Error("package.json of rondo was not found above the program");
}
