// One entry for each key of `.github/rondo.yml`: two pull requests, one under the file with the key and one without it,
// and what a person sees on each. A new key needs one entry here, or a line in src/repo-config/not-yet.ts.
import type { PullRequest } from "../../double/state.ts";
import type { ConfigPlay } from "./config-play.ts";

/** `set`: the lines with the key; `also`: lines that both files have. `sees` resolves to the same kind of thing for both. */
export type KeyCase = {
  set: string;
  also?: string;
  sees: (play: ConfigPlay) => Promise<unknown>;
  without: unknown;
  with: unknown;
};

const CLEAN = { "a.ts": "export const a = 1;\n" };
const CLEANER = { "a.ts": "export const a = 2;\n" };
const BUG = { "a.ts": "export const a = 1; // BUG(P1): Add two\n" };
/** What the embedded rules find at P2. */
const FOCUSED = 'describe("a", () => {\n  it.only("works", () => {});\n});\n';
const NO_CHECK = "no check";

/** How many rules KICKOFF says that look. */
const rulesOf = (play: ConfigPlay, pull: PullRequest): string | undefined =>
  /Prompt: none \(static rules [^,]+, (?<n>\d+ rules)\)/.exec(play.page(pull).own[0]?.body ?? "")?.groups?.["n"];
const title = (body: string): string | undefined => /\[P[0-3]\] \w+/.exec(body)?.[0];

/** The conclusion of the check on the head of a pull request that was opened, pushed to, … */
const checkOn = async (play: ConfigPlay, pull: PullRequest): Promise<string> => {
  await play.rest(pull);
  return play.page(pull).check?.conclusion ?? NO_CHECK;
};
const opened = (more: { title?: string; draft?: boolean } = {}, files: Record<string, string> = CLEAN) => {
  return async (play: ConfigPlay): Promise<string> => await checkOn(play, await play.open(files, more));
};
const pushed = async (play: ConfigPlay): Promise<string> => {
  const pull = await play.open(CLEAN);
  await play.push(pull, CLEANER);
  return await checkOn(play, pull);
};
const reactions = async (play: ConfigPlay, pull: PullRequest, body: string): Promise<string> => {
  const comment = await play.comment(pull, body);
  await play.rest(pull);
  return play.page(pull).reactionsOn(comment).join() || "none";
};
const lastTitle = (play: ConfigPlay, pull: PullRequest): string => play.page(pull).titles.at(-1) ?? "no comment";

/** By key, `section.key` for those of a section. */
export const KEY_CASES: Readonly<Record<string, KeyCase>> = {
  enabled: { set: "enabled: false", sees: opened(), without: "success", with: NO_CHECK },
  aliases: {
    set: "aliases: [robot]",
    sees: async (play) => await reactions(play, await play.open(CLEAN), "@robot review"),
    without: "none",
    with: "+1",
  },
  transcript: {
    set: "transcript: full",
    sees: async (play) => {
      const pull = await play.open(CLEAN);
      await play.rest(pull);
      return play.page(pull).titles[0];
    },
    without: "Codex Review -- Round 1 -- RESULT",
    with: "Codex Review -- Round 1 -- KICKOFF",
  },
  "triggers.opened": { set: "triggers: { opened: false }", sees: opened(), without: "success", with: NO_CHECK },
  "triggers.synchronize": { set: "triggers: { synchronize: false }", sees: pushed, without: "success", with: NO_CHECK },
  "triggers.ready_for_review": {
    set: "triggers: { ready_for_review: false }",
    sees: async (play) => {
      const pull = await play.open(CLEAN, { draft: true });
      await play.act(pull, "opened", ({ double, author }) => double.markReady(author, pull));
      return await checkOn(play, pull);
    },
    without: "success",
    with: NO_CHECK,
  },
  "triggers.reopened": {
    set: "triggers: { reopened: false }",
    sees: async (play) => {
      const pull = await play.open(CLEAN);
      await play.rest(pull);
      await play.act(pull, "closed", ({ double, author }) => double.close(author, pull));
      await play.story.push(pull, CLEANER);
      await play.act(pull, "opened", ({ double, author }) => double.reopen(author, pull));
      return await checkOn(play, pull);
    },
    without: "success",
    with: NO_CHECK,
  },
  "triggers.comment": {
    set: "triggers: { comment: false }",
    sees: async (play) => {
      const pull = await play.open(CLEAN);
      await play.rest(pull);
      await play.comment(pull, "@codex review");
      await play.rest(pull);
      return lastTitle(play, pull);
    },
    without: "PR READY for human merge — Round 2",
    with: "PR READY for human merge — Round 1",
  },
  "triggers.label": {
    set: "triggers: { label: look }",
    sees: async (play) => {
      const pull = await play.open(CLEAN);
      await play.rest(pull);
      await play.act(pull, "labeled", ({ double, owner }) => double.label(owner, pull, "look"));
      await play.rest(pull);
      return lastTitle(play, pull);
    },
    without: "PR READY for human merge — Round 1",
    with: "PR READY for human merge — Round 2",
  },
  "triggers.debounce_seconds": {
    set: "triggers: { debounce_seconds: 3600 }",
    sees: async (play) => {
      const pull = await play.open(CLEAN);
      await play.rest(pull);
      await play.push(pull, CLEANER);
      if (!play.isSet) return await checkOn(play, pull);
      // A whole round of another pull request passes meanwhile.
      await play.rest(await play.open(CLEAN));
      return play.page(pull).check?.conclusion ?? play.page(pull).check?.status;
    },
    without: "success",
    with: "queued",
  },
  drafts: { set: "drafts: on", sees: opened({ draft: true }), without: NO_CHECK, with: "success" },
  forks: {
    set: "forks: auto",
    also: "reviewers: [paid]",
    sees: async (play) => await checkOn(play, await play.openFromFork(CLEAN)),
    without: "action_required",
    with: "success",
  },
  base_branches: { set: "base_branches: [release/*]", sees: opened(), without: "success", with: NO_CHECK },
  ignore_authors: { set: "ignore_authors: [ada]", sees: opened(), without: "success", with: NO_CHECK },
  ignore_labels: {
    set: "ignore_labels: [wip]",
    sees: async (play) => {
      const pull = await play.open(CLEAN);
      await play.rest(pull);
      await play.story.double.label(play.story.owner, pull, "wip");
      await play.push(pull, CLEANER);
      return await checkOn(play, pull);
    },
    without: "success",
    with: NO_CHECK,
  },
  ignore_titles: {
    set: "ignore_titles: [wip]",
    sees: opened({ title: "WIP: a change" }),
    without: "success",
    with: NO_CHECK,
  },
  on_skip: {
    set: "on_skip: pass",
    also: "ignore_titles: [wip]",
    sees: opened({ title: "WIP: a change" }),
    without: NO_CHECK,
    with: "neutral",
  },
  paths: {
    set: "paths: [docs/**]",
    sees: opened({}, { ...BUG, "docs/a.md": "# A\n" }),
    without: "failure",
    with: "success",
  },
  exclude: {
    set: "exclude: ['*.ts']",
    sees: opened({}, { ...BUG, "docs/a.md": "# A\n" }),
    without: "failure",
    with: "success",
  },
  reviewers: {
    set: "reviewers: [paid]",
    sees: async (play) => {
      const pull = await play.open(CLEAN);
      await play.rest(pull);
      return /^Runner: rondo \S+ \((?<names>.*)\)$/m.exec(play.page(pull).own[0]?.body ?? "")?.groups?.["names"];
    },
    without: "scripted",
    with: "paid",
  },
  max_rounds: { set: "max_rounds: 1", sees: pushed, without: "success", with: "action_required" },
  blocking_priorities: {
    set: "blocking_priorities: [P0]",
    sees: opened({}, BUG),
    without: "failure",
    // The reviewer calls the change incorrect, and nothing of what it found blocks: a person decides.
    with: "action_required",
  },
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
  "external.policy": {
    set: "external: { policy: require }",
    sees: async (play) => {
      const pull = await play.open(CLEAN);
      if (play.isSet) await play.waitMinutes(pull);
      else await play.rest(pull);
      return play.page(pull).check?.status;
    },
    without: "completed",
    with: "in_progress",
  },
  "external.deadline_minutes": {
    set: "external: { policy: require, deadline_minutes: 60 }",
    also: "external: { policy: require }",
    sees: async (play) => {
      const pull = await play.open(CLEAN);
      return `${await play.waitMinutes(pull)} minutes`;
    },
    without: "30 minutes",
    with: "60 minutes",
  },
  allowed_actors: {
    set: "allowed_actors: [write]",
    sees: async (play) => {
      const pull = await play.open(CLEAN);
      await play.rest(pull);
      play.story.double.setPermission(play.story.author, play.repo, "read");
      return await reactions(play, pull, "@codex review");
    },
    without: "+1",
    with: "confused",
  },
  on_base_change: {
    set: "on_base_change: rerun",
    sees: async (play) => {
      const pull = await play.open(CLEAN);
      await play.rest(pull);
      await play.moveBase();
      await play.rest(pull);
      return lastTitle(play, pull);
    },
    without: "PR READY for human merge — Round 1",
    with: "PR READY for human merge — Round 2",
  },
  request_changes: {
    set: "request_changes: true",
    sees: async (play) => {
      const pull = await play.open(BUG);
      await play.rest(pull);
      return play.page(pull).reviews.map(({ state }) => state);
    },
    without: ["COMMENTED"],
    with: ["CHANGES_REQUESTED"],
  },
  status_comment: {
    set: "status_comment: false",
    sees: async (play) => {
      const pull = await play.open(CLEAN, { draft: true });
      await play.rest(pull);
      return play.page(pull).own.length;
    },
    without: 1,
    with: 0,
  },
  badges: {
    set: "badges: false",
    sees: async (play) => {
      const pull = await play.open(BUG);
      await play.rest(pull);
      return play.page(pull).inline.map(({ body }) => body.includes("!["));
    },
    without: [true],
    with: [false],
  },
  "budget.minutes_per_round": {
    set: "budget: { minutes_per_round: 1 }",
    // Its own cap is 90 s; the round's time is over before that.
    also: "reviewers: [patient]",
    sees: async (play) => {
      const pull = await play.open({ "a.ts": "// DO: hang\n" });
      await play.rest(pull);
      const { check, own } = play.page(pull);
      const exit = /^Codex exit code: (?<exit>.*)$/m.exec(own[0]?.body ?? "")?.groups?.["exit"];
      return { exit, check: check?.conclusion, first: lastTitle(play, pull).split(" ", 1)[0] };
    },
    without: { exit: "none (timeout 90 s, phase_cap)", check: "action_required", first: "REVIEWER" },
    with: { exit: "none (timeout 60 s, run_budget)", check: "action_required", first: "BUDGET_EXCEEDED:" },
  },
  pause_after_rounds: { set: "pause_after_rounds: 1", sees: pushed, without: "success", with: "action_required" },
  pause_window_minutes: {
    set: "pause_window_minutes: 10",
    also: "pause_after_rounds: 1",
    sees: async (play) => {
      const pull = await play.open(CLEAN);
      await play.rest(pull);
      await play.makeOlder(pull, 30);
      await play.push(pull, CLEANER);
      return await checkOn(play, pull);
    },
    without: "action_required",
    with: "success",
  },
};
