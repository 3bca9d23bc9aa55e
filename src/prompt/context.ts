// What every reviewer is told beside the change itself: the pull request's own words, the project's rules, what people
// decided about earlier findings, what other checks say. All of it is data; all of it is bounded here, once for all
// reviewers, and what did not fit is named.
import type { ChecksAtHead, EarlierFinding, ReviewRequest } from "../reviewer.ts";
import { cutText, plainLine, plainText } from "./plain-text.ts";
import type { RuleFile } from "./rule-files.ts";

/** As it was read; nothing cut, nothing cleaned. */
export type RawContext = {
  pullRequest: { title: string; body: string; author: string } | null;
  checks: ChecksAtHead | null;
  rules: readonly RuleFile[];
  earlierFindings: readonly EarlierFinding[];
  /** What could not be read. */
  leftOut: readonly LeftOut[];
};

/** `what` was cut or is missing, and why; sentence parts. */
export type LeftOut = NonNullable<ReviewRequest["contextLeftOut"]>[number];

/** The parts of a request that hold it. */
export type Context = Pick<ReviewRequest, "pullRequest" | "checks" | "rules" | "earlierFindings" | "contextLeftOut">;

const MOST_TITLE = 1_000;
const MOST_BODY = 20_000;
const MOST_NAME = 200;
const MOST_CHECKS = 100;
const MOST_EARLIER = 100;
const MOST_WHY = 1_000;
const MOST_RULE = 16_000;
const MOST_LEFT_OUT = 100;

/** Cleans and bounds: about 200,000 bytes at the very most. */
export function toContext(raw: RawContext): Context {
  const leftOut = [...raw.leftOut];
  const cut = (what: string, text: string, most: number): string => {
    const kept = cutText(text, most);
    if (kept.isCut) leftOut.push({ what, reason: `only its first ${most} bytes are here` });
    return kept.text;
  };
  const first = <Item>(what: string, items: readonly Item[], most: number): readonly Item[] => {
    if (items.length > most) leftOut.push({ what, reason: `${most} of ${items.length} are here` });
    return items.slice(0, most);
  };
  const { pullRequest, checks } = raw;
  const context: Context = {
    rules: raw.rules.map(({ path, text }) => ({
      path: plainLine(path),
      text: cut(`rules in ${plainLine(path)}`, plainText(text), MOST_RULE),
    })),
    earlierFindings: first("earlier findings", raw.earlierFindings, MOST_EARLIER).map((finding) => shortened(finding)),
    ...(pullRequest !== null && {
      pullRequest: {
        title: cut("title of the pull request", plainLine(pullRequest.title), MOST_TITLE),
        body: cut("description of the pull request", plainText(pullRequest.body), MOST_BODY),
        author: plainLine(pullRequest.author).slice(0, MOST_NAME),
      },
    }),
    ...(checks !== null && {
      checks: {
        ...checks,
        failing: first("failing checks", checks.failing, MOST_CHECKS).map(({ name, conclusion }) => ({
          name: plainLine(name).slice(0, MOST_NAME),
          conclusion,
        })),
        pending: first("pending checks", checks.pending, MOST_CHECKS).map((name) =>
          plainLine(name).slice(0, MOST_NAME),
        ),
      },
    }),
  };
  if (checks !== null && checks.problem !== null) leftOut.push({ what: "other checks", reason: checks.problem });
  return { ...context, contextLeftOut: leftOut.slice(0, MOST_LEFT_OUT) };
}

function shortened(finding: EarlierFinding): EarlierFinding {
  const { title, path, decision } = finding;
  return {
    ...finding,
    title: plainLine(title.slice(0, MOST_WHY)).slice(0, MOST_NAME),
    path: path === null ? null : plainLine(path),
    ...(decision && {
      decision: {
        ...decision,
        by: plainLine(decision.by).slice(0, MOST_NAME),
        why: cutText(plainText(decision.why.slice(0, 2 * MOST_WHY)), MOST_WHY).text,
      },
    }),
  };
}
