// One entry for each key of `.github/rondo.yml`: two pull requests, one under the file with the key and one without it,
// and what a person sees on each. A new key needs one entry here, or a line in src/repo-config/not-yet.ts.
import { FINDING_KEYS } from "./config-finding-keys.ts";
import {
  CLEAN,
  CLEANER,
  BUG,
  NO_CHECK,
  checkOn,
  opened,
  pushed,
  reactions,
  lastTitle,
  type KeyCase,
} from "./config-sights.ts";

/** By key, `section.key` for those of a section. */
export const KEY_CASES: Readonly<Record<string, KeyCase>> = {
  ...FINDING_KEYS,
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
  rules: {
    set: 'rules: ["Every public function has a test."]',
    sees: async (play) => {
      const pull = await play.open(CLEAN);
      await play.rest(pull);
      return /Rules for reviewers: .*/.exec(play.page(pull).own[0]?.body ?? "")?.[0] ?? "none";
    },
    without: "none",
    with: "Rules for reviewers: rondo.yml (35 bytes)",
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
