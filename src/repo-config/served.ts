// `repositories` of the server's file: which repositories this server works for. An App is often installed on a whole
// organisation, and a server for some of it must be silent in the rest: no check, no comment, nothing.
import { fileGlob } from "./glob.ts";
import type { ServerConfig } from "./schema.ts";

/** True when the server works for `owner/repo`. No list means: wherever the App is installed. Case never counts, as on GitHub. */
export function isServed(
  { owner, repo }: { owner: string; repo: string },
  server: Pick<ServerConfig, "repositories"> | undefined,
): boolean {
  const patterns = server?.repositories ?? [];
  const name = `${owner}/${repo}`.toLowerCase();
  return patterns.length === 0 || patterns.some((pattern) => fileGlob(whole(pattern.toLowerCase()))(name));
}

/** A name alone is an owner's, never that of a repository of any owner. */
function whole(pattern: string): string {
  return pattern.includes("/") ? pattern : `${pattern}/*`;
}

/** A list that names nothing: what a list that cannot be read stands for, for a slip must not open the server to everybody. */
export const NO_REPOSITORY: readonly string[] = ["//"];
