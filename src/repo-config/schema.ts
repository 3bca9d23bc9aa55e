// Every key of `.github/rondo.yml`, with its meaning, unit and default. The documentation and the JSON Schema are
// generated from here, so a key that is described is a key that works, and the other way round.
import { z } from "zod";
import { Priority } from "../findings/finding.ts";
import { Caps } from "./caps.ts";
import { GithubLimits } from "./github-limits.ts";
import { Model } from "./model.ts";
import { Periods } from "./periods.ts";
import { Retention } from "./retention.ts";

const Alias = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}$/, "a word as in a GitHub login, without @");
const Glob = z.string().min(1).max(500);

const Triggers = z.object({
  opened: z.boolean().default(true).describe("Start a round when a pull request is opened."),
  synchronize: z.boolean().default(true).describe("Start a round when commits are pushed."),
  ready_for_review: z.boolean().default(true).describe("Start a round when a draft is marked as ready."),
  reopened: z.boolean().default(true).describe("Start a round when a pull request is reopened."),
  comment: z.boolean().default(true).describe("Start a round on a `review` command in a comment."),
  label: z
    .string()
    .min(1)
    .max(50)
    .nullable()
    .default("rondo:review")
    .describe("Start a round when this label is added; null: no label does."),
  debounce_seconds: z
    .number()
    .int()
    .min(0)
    .max(3600)
    .default(60)
    .describe("Seconds between the last start and the next automatic one; the first start and commands never wait."),
});

const External = z.object({
  policy: z
    .enum(["off", "best_effort", "require"])
    .default("off")
    .describe("Whether a round waits for reviews by other bots: not at all, up to the deadline, or until they come."),
  reviewers: z
    .array(z.string().min(1).max(100))
    .max(20)
    .default([])
    .describe("Logins of the bots that count, e.g. `copilot-pull-request-reviewer[bot]`."),
  deadline_minutes: z.number().min(1).max(1440).default(30).describe("Minutes to wait for them."),
});

const Budget = z.object({
  cost_usd_per_round: z.number().min(0).max(1000).default(5).describe("US dollars that one round may cost."),
  minutes_per_round: z
    .number()
    .min(1)
    .max(720)
    .default(45)
    .describe("Minutes that the reviewers of one round may take in all, their second tries included."),
  cost_usd_per_day: z.number().min(0).max(10_000).default(10).describe("US dollars per repository and UTC day."),
  runs_per_day: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("Reviewer runs per repository and UTC day; null: no limit."),
});

const Static = z.object({
  disable: z.array(z.string().min(1).max(100)).max(500).default([]).describe("Ids of embedded rules to turn off."),
  enable: z
    .array(z.string().min(1).max(100))
    .max(500)
    .default([])
    .describe("Ids of embedded rules to turn on that are off by default."),
});

/** The repository configuration. Read from the base branch, never from the pull request's own head. */
export const RepoConfig = z.object({
  enabled: z.boolean().default(true).describe("false: nothing starts in this repository."),
  aliases: z
    .array(Alias)
    .min(1)
    .max(10)
    .default(["codex", "rondo"])
    .describe("Words accepted after `@` in commands; the first one appears in texts."),
  transcript: z
    .enum(["compact", "full"])
    .default("compact")
    .describe("compact: one comment per round, edited in place. full: KICKOFF, RESULT, EVALUATION and READY apart."),
  triggers: Triggers.prefault({}).describe("What starts a round by itself."),
  drafts: z
    .enum(["off", "on", "command"])
    .default("command")
    .describe("Drafts: never reviewed, reviewed like others, or only on a command."),
  forks: z
    .enum(["auto", "command", "never"])
    .default("command")
    .describe(
      "Paid reviewers on pull requests from forks by people without write permission; static rules always run.",
    ),
  base_branches: z
    .array(Glob)
    .max(100)
    .default([])
    .describe("Globs of base branches whose pull requests are reviewed; empty: all."),
  ignore_authors: z.array(z.string().min(1).max(100)).max(200).default([]).describe("Logins that are not reviewed."),
  ignore_labels: z
    .array(z.string().min(1).max(50))
    .max(100)
    .default([])
    .describe("A pull request with one of these labels is not reviewed."),
  ignore_titles: z
    .array(z.string().min(1).max(200))
    .max(100)
    .default([])
    .describe("A pull request whose title holds one of these words is not reviewed; case does not matter."),
  on_skip: z
    .enum(["none", "pass"])
    .default("none")
    .describe("Check run of a pull request that is excluded: none at all, or a neutral one that lets it merge."),
  paths: z.array(Glob).max(500).default([]).describe("Globs of files to review; empty: all."),
  exclude: z
    .array(Glob)
    .max(500)
    .default([])
    .describe("Globs of files that are listed but not reviewed; `!glob` takes one back."),
  reviewers: z
    .array(z.string().regex(/^[a-z0-9-]{1,32}$/, "a reviewer's name: a-z, 0-9 and -"))
    .min(1)
    .max(10)
    .nullable()
    .default(null)
    .describe("Reviewers of a round, of those the server offers; null: the server's list."),
  rules: z
    .array(z.string().min(1).max(4000))
    .max(100)
    .default([])
    .describe("Sentences for the reviewers, beside AGENTS.md and the other rule files of the base branch."),
  static: Static.prefault({}).describe("The embedded rules."),
  max_rounds: z
    .union(
      [z.number().int().min(1).max(1000), z.literal("unlimited")],
      'must be a whole number from 1 to 1000, or "unlimited"',
    )
    .default(10)
    .describe("Rounds per pull request; `extend N` adds to it."),
  blocking_priorities: z
    .array(Priority)
    .default(["P0", "P1", "P2"])
    .describe("Findings with these priorities stop a merge; an untagged finding counts as P2."),
  floor_after_round: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("After this round only P0 and P1 block; null: never."),
  external: External.prefault({}).describe("Reviews by other bots."),
  evaluator: z
    .enum(["off", "propose"])
    .default("off")
    .describe("propose: a model proposes decisions about findings; a proposal never counts."),
  allowed_actors: z
    .array(z.enum(["write", "author"]))
    .min(1)
    .default(["write", "author"])
    .describe("Who may use commands and decide: people with write permission, the pull request's author."),
  on_base_change: z
    .enum(["note", "rerun"])
    .default("note")
    .describe("When the base branch moves after READY: add a note, or start a new round."),
  request_changes: z
    .boolean()
    .default(false)
    .describe("Post the review as REQUEST_CHANGES while there are blockers; else as COMMENT."),
  max_inline_comments: z
    .number()
    .int()
    .min(0)
    .max(30)
    .default(30)
    .describe("Inline comments per review; further findings stand in its body."),
  resolve_threads: z
    .enum(["off", "auto"])
    .default("off")
    .describe("auto: resolve Rondo's own threads when their finding is gone, where the App's permissions allow it."),
  status_comment: z.boolean().default(true).describe("Comment once on a draft how to start a round."),
  badges: z.boolean().default(true).describe("Badge images in inline comments."),
  budget: Budget.prefault({}).describe("Limits of time and money; the server may set lower ones."),
  pause_after_rounds: z
    .number()
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe("Automatic rounds in a row after which pushes no longer start one until a command; null: never."),
  pause_window_minutes: z
    .number()
    .int()
    .min(1)
    .max(10_080)
    .default(60)
    .describe("Minutes in which those rounds must have started; older ones do not count."),
});
export type RepoConfig = z.infer<typeof RepoConfig>;

const Command = z.object({
  argv: z.array(z.string().min(1)).min(1).describe("Program and arguments; no shell is involved."),
  timeout_seconds: z.number().int().min(1).max(86_400).default(900).describe("Seconds that one run may take."),
  environment: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string())
    .default({})
    .describe("The program's whole environment beside PATH, HOME and TMPDIR."),
  paid: z
    .boolean()
    .default(true)
    .describe("false: a run costs nothing, so pull requests of people without write permission get it too."),
});

const Limits = z.object({
  phase_cap_seconds: z
    .number()
    .int()
    .min(10)
    .max(86_400)
    .default(900)
    .describe("Seconds that one reviewer run may take."),
  silence_seconds: z
    .number()
    .int()
    .min(10)
    .nullable()
    .default(null)
    .describe("Seconds without any output after which a reviewer is stopped; null: no limit."),
  output_bytes: z.number().int().min(1024).default(1_048_576).describe("Bytes that a reviewer may print."),
  max_files: z
    .number()
    .int()
    .min(1)
    .max(20_000)
    .default(3000)
    .describe("Changed files that are read; the others are listed and withhold READY."),
  max_file_bytes: z
    .number()
    .int()
    .min(1024)
    .max(50_000_000)
    .default(1_000_000)
    .describe(
      "Bytes of a file that is read; a larger one is listed and withholds READY. Static rules read at most 1 MB.",
    ),
  reviewer_attempts: z
    .number()
    .int()
    .min(1)
    .max(5)
    .default(2)
    .describe("Tries of a reviewer in one round, when the machine and not the reviewer is at fault (it was killed)."),
});

/** The server's file: defaults for all repositories, and keys that no repository may set. */
export const ServerConfig = RepoConfig.extend({
  commands: z
    .record(z.string().regex(/^[a-z0-9-]{1,32}$/), Command)
    .default({})
    .describe("Reviewers of kind `command`, by name."),
  limits: Limits.prefault({}).describe("Limits of single runs."),
  caps: Caps.prefault({}).describe("What a repository may ask for at most."),
  model: Model.prefault({}).describe("How models are asked, and what one run may use up."),
  github_limits: GithubLimits.prefault({}).describe("How much is asked of GitHub for one installation."),
  periods: Periods.prefault({}).describe(
    "How long the server waits before it takes something for dead, late or settled.",
  ),
  retention: Retention.prefault({}).describe("What is kept on the server's disk."),
  repositories: z
    .array(Glob)
    .max(1000)
    .default([])
    .describe("Globs `owner/repo` that are served; empty: every repository the App is installed on."),
});
export type ServerConfig = z.infer<typeof ServerConfig>;
