// Reviewers print paths of the machine they ran on; GitHub wants paths of the repository.
// A path that cannot be reduced for certain becomes null, and its finding stands in the text: never a guess.

/** What is known for the reduction. */
export type PathRoots = {
  /** Absolute folder of the round's checkout, as the reviewer saw it; undefined when unknown. */
  root?: string | undefined;
  /** Changed files of the round, repository paths; undefined when unknown. */
  files?: readonly string[] | undefined;
};

/**
 * Repository path of a printed path, with `/`. Strips the checkout root; else takes the only changed file that the path
 * ends with; else null. A relative path is taken as it is, without `./`. Null for `..`, for control characters, and for
 * anything outside the checkout.
 */
export function reducePath(printed: string, roots: PathRoots): string | null {
  const path = printed.trim();
  // oxlint-disable-next-line no-control-regex
  if (path === "" || path.endsWith("/") || /[\u0000-\u001F\u007F]/.test(path)) return null;
  const isAbsolute = path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path);
  const relative = isAbsolute ? belowRoot(path, roots.root) : path;
  if (relative !== null) return cleanSegments(relative);
  const known = (roots.files ?? []).filter((file) => path.replaceAll("\\", "/").endsWith(`/${file}`));
  return known.length === 1 && !hasParentSegment(path) ? (known[0] ?? null) : null;
}

function belowRoot(path: string, root: string | undefined): string | null {
  const folder = root?.replace(/\/+$/, "");
  if (folder === undefined || folder === "" || !path.startsWith(`${folder}/`)) return null;
  return path.slice(folder.length + 1);
}

function cleanSegments(path: string): string | null {
  const segments = path.split("/").filter((segment) => segment !== "" && segment !== ".");
  return segments.length === 0 || hasParentSegment(path) ? null : segments.join("/");
}

function hasParentSegment(path: string): boolean {
  return path.split(/[\\/]/).includes("..");
}
