// Comments that tell an analyser to look away. A pull request must not silence its own review, so every directive is
// made harmless before analysis by an edit of the same length: line and column numbers stay true.

const DIRECTIVE =
  /\b(?:(?:eslint|oxlint|tslint|biome|secretlint|semgrep|stylelint)-(?:disable|enable|ignore|disable-next-line|disable-line)\b|ast-grep-ignore\b|nosemgrep\b|noqa\b|nosec\b|nolint\b|gitleaks:allow\b|type:\s*ignore\b|pylint:\s*(?:disable|skip-file)\b|ruff:\s*noqa\b)|@ts-(?:nocheck|ignore|expect-error)\b|\beslint(?=\s+[\w@/-]+\s*:)/g;

/** The text with every directive replaced by underscores, and the 1-based lines on which one stood. */
export function neutraliseDirectives(text: string): { text: string; lines: readonly number[] } {
  const lines: number[] = [];
  let line = 1;
  let counted = 0;
  const harmless = text.replaceAll(DIRECTIVE, (match, offset: number) => {
    for (; counted < offset; counted += 1) if (text.charCodeAt(counted) === 10) line += 1;
    lines.push(line);
    return match.replaceAll(/[^\s]/g, "_");
  });
  return { text: harmless, lines };
}
