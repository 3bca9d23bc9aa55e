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

/** What the whole sentences of the prose say: that nothing was found and nothing takes it back, or that the review failed. */
export function readStatements(prose: readonly string[]): { isClean: boolean; isFailure: boolean } {
  const sentences = prose.length > MAX_SENTENCES ? null : splitSentences(prose);
  if (sentences === null || sentences.size > MAX_SENTENCES) return { isClean: false, isFailure: false };
  let hasClean = false;
  let hasAgainst = false;
  let isFailure = false;
  for (const sentence of sentences) {
    hasClean ||= CLEAN.some((pattern) => pattern.test(sentence));
    hasAgainst ||= AGAINST.test(sentence);
    isFailure ||= FAILED.some((pattern) => pattern.test(sentence));
  }
  return { isClean: hasClean && !hasAgainst && !isFailure, isFailure };
}

/** Who says so much has found something. */
const MAX_SENTENCES = 2000;

/** Longest sentence that is compared with the table. */
const MAX_SENTENCE = 300;

function splitSentences(prose: readonly string[]): ReadonlySet<string> {
  const text = prose.join("\n").toLowerCase().replaceAll("’", "'");
  const sentences = new Set<string>();
  for (const sentence of text.split(/[.!?]+(?=\s|$)|\n/)) {
    // A long sentence is in no table, but the way it begins may take a statement back.
    const start = sentence.length > MAX_SENTENCE ? `${sentence.slice(0, MAX_SENTENCE)} …` : sentence;
    const clean = start.replace(/[*_`]/g, "").replace(/\s+/g, " ").trim();
    if (clean !== "") sentences.add(clean);
    if (sentences.size > MAX_SENTENCES) break;
  }
  return sentences;
}
