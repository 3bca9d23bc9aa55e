// Which files nobody reviews by rule: written by a tool (generated) or copied from elsewhere (vendored).
// Decided by name and by the `.gitattributes` of the merge base; never by anything that the pull request itself brings.

/** What the merge base's `.gitattributes` say of one file: true, false, or null when they say nothing. */
export type LinguistAttributes = { isGenerated: boolean | null; isVendored: boolean | null };

const LOCK_FILES: ReadonlySet<string> = new Set([
  "package-lock.json",
  "npm-shrinkwrap.json",
  "yarn.lock",
  "pnpm-lock.yaml",
  "bun.lock",
  "bun.lockb",
  "deno.lock",
  "cargo.lock",
  "go.sum",
  "composer.lock",
  "gemfile.lock",
  "poetry.lock",
  "pipfile.lock",
  "uv.lock",
  "pdm.lock",
  "packages.lock.json",
  "podfile.lock",
  "pubspec.lock",
  "mix.lock",
  "flake.lock",
  "gradle.lockfile",
]);

const VENDORED_FOLDER =
  /(?:^|\/)(?:node_modules|vendor|vendored|third_party|bower_components|\.yarn\/(?:releases|cache))\//i;
const GENERATED_FOLDER = /(?:^|\/)(?:dist|__generated__)\//i;
const GENERATED_NAME = /(?:\.min\.(?:js|mjs|cjs|css)|\.(?:js|css)\.map|\.pb\.go|_pb2(?:_grpc)?\.py|\.g\.dart|\.snap)$/i;

/**
 * `vendored`, `generated`, or null for a file to review. An attribute of the merge base beats the name either way.
 * Paths as in src/findings/diff-path.ts. https://github.com/github-linguist/linguist/blob/main/docs/overrides.md
 */
export function skippedByRule(path: string, attributes: LinguistAttributes): "vendored" | "generated" | null {
  if (attributes.isVendored ?? VENDORED_FOLDER.test(path)) return "vendored";
  if (attributes.isGenerated ?? looksGenerated(path)) return "generated";
  return null;
}

function looksGenerated(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  return LOCK_FILES.has(name) || GENERATED_FOLDER.test(path) || GENERATED_NAME.test(path);
}
