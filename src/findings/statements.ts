// The one table of sentences that say "nothing found", and of those that say "I failed".
// A sentence counts only as a whole: "No issues were found in the tests, but …" is not in the table and never will be.

const WHAT = "(?:findings?|issues?|bugs?|problems?|defects?|regressions?|concerns?|comments?)";
const KIND =
  "(?:(?:merge[- ]blocking|blocking|actionable|discrete|significant|major|new|correctness|functional|introduced|other)(?:,? (?:or|and) |, | ))";
const OR_KIND = `${KIND}{0,3}(?:advisory )?`;
const WHERE =
  "(?: (?:in|with|on) (?:the |this )?(?:latest |current |reviewed |proposed )?(?:pr|pull request|patch|diff|change|changes|changed lines|code changes)(?: diff| changes)?)?";
const FOUND =
  "(?: (?:were |was |have been )?(?:identified|found|detected|discovered|introduced|noted|spotted|observed)| to report)?";

const CLEAN: readonly RegExp[] = [
  new RegExp(`^(?:there (?:are|were) )?no ${OR_KIND}${WHAT}${FOUND}${WHERE}$`),
  new RegExp(`^(?:i|we)? ?(?:found|see|saw|have|identified) no ${OR_KIND}${WHAT}${WHERE}$`),
  new RegExp(
    `^(?:codex review: )?(?:i |we )?(?:did not|didn't|could not|couldn't) (?:find|identify|see|detect) any ${OR_KIND}${WHAT}${WHERE}$`,
  ),
  /^(?:the |this )?patch is correct$/,
  /^nothing to report$/,
];

const FAILED: readonly RegExp[] = [
  /^review was interrupted\b/,
  /^reviewer failed to output a response\b/,
  /^please re-run \/review\b/,
];

const AGAINST = /^(?:however|but|although|except|that said|nevertheless|unfortunately|still|unless)\b/;

/** True when a whole sentence of the prose is in the table, and no sentence takes it back. */
export function isCleanStatement(prose: readonly string[]): boolean {
  const sentences = splitSentences(prose);
  return (
    sentences.some((sentence) => CLEAN.some((pattern) => pattern.test(sentence))) &&
    !sentences.some((sentence) => AGAINST.test(sentence) || FAILED.some((pattern) => pattern.test(sentence)))
  );
}

/** True when the reviewer itself says that there is no review. */
export function isFailureStatement(prose: readonly string[]): boolean {
  return splitSentences(prose).some((sentence) => FAILED.some((pattern) => pattern.test(sentence)));
}

/** Longest sentence that is compared with the table. */
const MAX_SENTENCE = 300;

function splitSentences(prose: readonly string[]): string[] {
  return prose
    .join("\n")
    .toLowerCase()
    .replaceAll("’", "'")
    .split(/[.!?]+(?=\s|$)|\n/)
    .filter((sentence) => sentence.length <= MAX_SENTENCE)
    .map((sentence) => sentence.replace(/[*_`]/g, "").replace(/\s+/g, " ").trim())
    .filter((sentence) => sentence !== "");
}
