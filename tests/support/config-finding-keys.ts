// The part of config-keys.ts about findings: which there are, which of them block, and where they stand.
import { checkOn, FOCUSED, type KeyCase, rulesOf, title } from "./config-sights.ts";

/** By key, as in config-keys.ts. */
export const FINDING_KEYS: Readonly<Record<string, KeyCase>> = {
  floor_after_round: {
    set: "floor_after_round: 1",
    // Rules state no verdict of their own, so what blocks is all that decides.
    also: "reviewers: [static]",
    sees: async (play) => {
      const pull = await play.open({ "a.test.ts": FOCUSED });
      await play.push(pull, { "a.test.ts": `${FOCUSED}// more\n` });
      const check = await checkOn(play, pull);
      const said = play.page(pull).own.at(play.isSet ? -2 : -1)?.body ?? "";
      return { check, reason: /\*\*Advisory\*\*: (?<why>.*)/.exec(said)?.groups?.["why"] };
    },
    without: { check: "failure", reason: undefined },
    with: {
      check: "success",
      reason:
        "After round 1 only P0 and P1 block (`floor_after_round: 1`), so 1 finding of lower priority is advisory.",
    },
  },
  "static.disable": {
    set: "static: { disable: [focused-test] }",
    also: "reviewers: [static]",
    sees: async (play) => {
      const pull = await play.open({ "a.test.ts": FOCUSED });
      return `${await checkOn(play, pull)}, ${rulesOf(play, pull)}`;
    },
    without: "failure, 113 rules",
    with: "success, 112 rules",
  },
  "static.enable": {
    set: "static: { enable: [todo-comment] }",
    also: "reviewers: [static]",
    sees: async (play) => {
      const pull = await play.open({ "a.ts": "export const a = 1; // TODO: two\n" });
      await play.rest(pull);
      return { reviews: play.page(pull).reviews.length, rules: rulesOf(play, pull) };
    },
    without: { reviews: 0, rules: "113 rules" },
    with: { reviews: 1, rules: "114 rules" },
  },
  max_inline_comments: {
    set: "max_inline_comments: 1",
    sees: async (play) => {
      const bugs = ["P2): Third", "P0): First", "P1): Second"].map((bug) => `// BUG(${bug}\n`).join("");
      const pull = await play.open({ "a.ts": bugs });
      await play.rest(pull);
      const { inline, reviews } = play.page(pull);
      const rest = /#### Not shown inline\n\n(?<list>[^]*)/.exec(reviews[0]?.body ?? "")?.groups?.["list"] ?? "";
      return { inline: inline.map(({ body }) => title(body)), body: rest.match(/\[P[0-3]\] \w+/g) ?? [] };
    },
    without: { inline: ["[P0] First", "[P1] Second", "[P2] Third"], body: [] },
    with: { inline: ["[P0] First"], body: ["[P1] Second", "[P2] Third"] },
  },
};
