// Rondo's version and the Node.js it needs, from package.json: the one place where they are kept. Looked for upwards,
// because the built files lie one folder deeper than the sources.
import { readFileSync } from "node:fs";
import { z } from "zod";

const Manifest = z.object({
  name: z.literal("rondo"),
  version: z.string(),
  engines: z.object({ node: z.string() }),
});
const manifest = readManifest();

/** `1.2.3`. */
export const version: string = manifest.version;

/** The versions of Node.js that Rondo runs on, e.g. `^20.19.0 || >=22.12.0`. */
export const nodeRange: string = manifest.engines.node;

function readManifest(): z.infer<typeof Manifest> {
  for (const path of ["../package.json", "../../package.json"]) {
    try {
      return Manifest.parse(JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")));
    } catch {
      // Not this folder.
    }
  }
  throw new Error("package.json of rondo was not found above the program");
}
