// `rondo review`: what a round would say about the commits in hand, before anybody else sees them. Nothing is posted, no
// model key is used unless a reviewer that needs one is named, and the answer is an exit code that hooks and scripts can use.
import { readFile, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { resolve } from "node:path";
import { callersFolder, childEnvironment, readReviewConfig } from "../config.ts";
import { UserError } from "../errors.ts";
import type { Verdict } from "../findings/verdict-word.ts";
import type { ServerConfig } from "../repo-config/schema.ts";
import { visible } from "../report/untrusted-text.ts";
import { count } from "../report/words.ts";
import type { Command, CommandInput } from "./command.ts";
import type { LocalReview } from "./local-review.ts";
import { type Progress, startProgress } from "./progress.ts";
import { COLOUR_ENVIRONMENT } from "./worker-environment.ts";

export const reviewCommand: Command = {
  name: "review",
  summary: "review the commits of this checkout; nothing is posted",
  usage: "review [--base REF] [--worktree] [--reviewer NAME…] [--sarif FILE] [--json]",
  options: {
    base: {
      type: "string",
      value: "REF",
      help: "compare with the merge base with REF (default: origin's default branch, else main or master)",
      candidates: "branch",
    },
    worktree: { type: "boolean", help: "review what is not committed too: changed, staged and untracked files" },
    reviewer: {
      type: "string",
      value: "NAME",
      multiple: true,
      help: "static (default), codex, openai, or a program that RONDO_CONFIG names; may be repeated",
      candidates: async () => (await import("../reviewers/registry.ts")).REVIEWER_NAMES,
    },
    sarif: {
      type: "string",
      value: "FILE",
      help: "write the findings as SARIF 2.1.0 too; - prints it instead of the text",
      candidates: "file",
    },
    json: { type: "boolean", help: "print JSON" },
  },
  maxPositionals: 0,
  environment: {
    RONDO_CONFIG: "a server file; programs that it lists under commands can be named as reviewers",
    OPENAI_API_KEY: "model key, used with --reviewer codex and --reviewer openai only",
    OPENAI_BASE_URL: "endpoint of that model, default https://api.openai.com/v1",
    RONDO_MODEL: "name of that model",
    RONDO_CODEX_BIN: "the codex program for --reviewer codex, when it is not on PATH",
    ...COLOUR_ENVIRONMENT,
  },
  hasEnvFile: false,
  examples: [
    "rondo review",
    "rondo review --worktree",
    "rondo review --base HEAD~1 --sarif rondo.sarif",
    "rondo review --json | jq .verdict",
  ],
  run: runReview,
};

const EXIT_CODES: Readonly<Record<Verdict, number>> = { APPROVE: 0, REQUEST_CHANGES: 1, UNKNOWN: 3, ERROR: 3 };
const CONFIG_PATH = ".github/rondo.yml";

async function runReview({ values }: CommandInput): Promise<number> {
  const { isJson, isWorktree, sarif } = readForm(values);
  const progress = startProgress(process.stderr);
  const interrupt = onInterrupt(progress);
  try {
    progress.now("Reading the change");
    const repoDir = callersFolder();
    const facts = gatherFacts(repoDir, values["base"] === undefined ? null : String(values["base"]), isWorktree);
    // What is wrong with the reviewers is said first.
    facts.catch(() => {});
    const loading = import("./local-review.ts");
    const say = sayOn(progress);
    const { file, model } = readReviewConfig();
    const server = await readServerFile(file, say);
    const reviewers = await chooseReviewers(values["reviewer"], server, model);
    const { base, excludesFile } = await facts.then((found) => saidUncommitted(found, isWorktree, say));
    const names = reviewers.map((reviewer) => reviewer.name);
    const { reviewLocally } = await loading;
    const review = await reviewLocally({
      ...{ repoDir, base, reviewers, signal: interrupt.signal },
      ...(isWorktree && { worktree: { excludesFile } }),
      ...(await settingsAt(repoDir, base, server, say)),
      ...limitsOf(server),
      onStart: ({ base: from, head, files }) => {
        const what = `${from.slice(0, 7)}..${head.slice(0, 7)}${isWorktree ? " and the working tree" : ""}`;
        if (!isJson && sarif !== "-") say(`Reviewing ${what}, ${count(files, "file")}, with ${names.join(", ")}`);
        progress.now(`Waiting for ${names.join(", ")}`);
      },
    });
    progress.stop();
    if (interrupt.signal.aborted) return 130;
    for (const problem of review.problems) say(problem);
    if (sarif !== null) await writeSarif(review, sarif);
    if (sarif !== "-") {
      const { showReview, toJson } = await import("./show-review.ts");
      process.stdout.write(isJson ? toJson(review, names, isWorktree) : showReview(review, names));
    }
    return EXIT_CODES[review.verdict];
  } catch (error) {
    if (interrupt.signal.aborted) return 130;
    throw error;
  } finally {
    progress.stop();
    interrupt.forget();
  }
}

/** What is reviewed and how it is told; `sarif` is a file, `-` or null. */
function readForm(values: CommandInput["values"]): { isJson: boolean; isWorktree: boolean; sarif: string | null } {
  const isJson = values["json"] === true;
  const sarif = values["sarif"] === undefined ? null : String(values["sarif"]);
  if (!isJson || sarif !== "-") return { isJson, isWorktree: values["worktree"] === true, sarif };
  throw new UserError("--json and --sarif - both want standard output.", {
    code: "USAGE",
    hint: "Give --sarif the name of a file.",
  });
}

/** A remark: it goes to stderr, so that stdout holds the answer alone. */
type Say = (text: string) => void;

function sayOn(progress: Progress): Say {
  return (text) => {
    progress.clear();
    process.stderr.write(`${visible(text)}\n`);
  };
}

async function readServerFile(file: string | null, say: Say): Promise<ServerConfig> {
  const { parseServerConfig } = await import("../repo-config.ts");
  if (file === null) return parseServerConfig(null).config;
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new UserError(`RONDO_CONFIG names ${file}, which cannot be read.`, {
      code: "CONFIG_UNREADABLE",
      cause: error,
    });
  });
  const { config, problems } = parseServerConfig(text);
  for (const problem of problems) say(`${file}: ${problem}`);
  return config;
}

async function chooseReviewers(
  wanted: CommandInput["values"][string],
  server: ServerConfig,
  readModel: ReturnType<typeof readReviewConfig>["model"],
) {
  const { reviewersFor } = await import("../reviewers/registry.ts");
  if (wanted === undefined) return reviewersFor({ names: ["static"], commands: {} });
  const names = [wanted].flat().map(String);
  const { commands } = server;
  const isOurs = (name: string): boolean => names.includes(name) && !Object.hasOwn(commands, name);
  if (!isOurs("openai") && !isOurs("codex")) return reviewersFor({ names, commands });
  const { modelSettings } = await import("../model-settings.ts");
  const given = readModel();
  const config = { names, commands, model: modelSettings(given, server) };
  if (!isOurs("codex")) return reviewersFor(config);
  const { requireCodex } = await import("../reviewers/codex/open-codex.ts");
  const path = childEnvironment()["PATH"] ?? "";
  const codex = { bin: given.model.codexBin ?? null, path, workDir: tmpdir(), sockets: [] };
  const reviewers = reviewersFor({ ...config, codex });
  await requireCodex(codex);
  return reviewers;
}

type Facts = {
  base: string;
  uncommitted: { changed: number; untracked: number };
  excludesFile: string | null;
};

/** What only git knows; its processes run while the libraries are loaded. */
async function gatherFacts(repoDir: string, base: string | null, isWorktree: boolean): Promise<Facts> {
  const { countUncommitted, findDefaultBranch, findExcludesFile } = await import("../git/local-facts.ts");
  const { requireRepository } = await import("../git/local-checkout.ts");
  await requireRepository(repoDir);
  const [branch, excludesFile] = await Promise.all([
    base ?? findDefaultBranch(repoDir),
    findExcludesFile(repoDir, homedir()),
  ]);
  if (branch === null)
    throw new UserError("This clone knows no default branch: no origin/HEAD, main or master.", {
      code: "BASE_UNKNOWN",
      hint: "Name what to compare with: rondo review --base REF.",
    });
  const nothing = { changed: 0, untracked: 0 };
  const uncommitted = isWorktree ? nothing : await countUncommitted(repoDir, excludesFile);
  return { base: branch, uncommitted, excludesFile };
}

function saidUncommitted(facts: Facts, isWorktree: boolean, say: Say): Facts {
  const { changed, untracked } = facts.uncommitted;
  const parts = [changed > 0 ? `${changed} changed` : "", untracked > 0 ? `${untracked} untracked` : ""];
  const what = parts.filter(Boolean).join(" and ");
  if (what !== "" && !isWorktree) say(`Not reviewed, because not committed: ${what} (--worktree reviews them too).`);
  return facts;
}

/** What blocks and which rules look is the base's to say, as on the server: the change in hand cannot loosen its own gate. */
async function settingsAt(repoDir: string, base: string, server: ServerConfig, say: Say) {
  const { readCommittedFile } = await import("../git/local-facts.ts");
  const { parseRepoConfig } = await import("../repo-config.ts");
  const { config, problems } = parseRepoConfig(await readCommittedFile(repoDir, base, CONFIG_PATH), server);
  for (const problem of problems) say(`${CONFIG_PATH} of the base: ${problem}`);
  return { blocking: config.blocking_priorities, embeddedRules: config.static };
}

function limitsOf({ limits }: ServerConfig) {
  const silence = limits.silence_seconds === null ? {} : { silenceMs: limits.silence_seconds * 1000 };
  return {
    limits: { timeoutMs: limits.phase_cap_seconds * 1000, maxOutputBytes: limits.output_bytes, ...silence },
    checkoutLimits: { maxFiles: limits.max_files, maxFileBytes: limits.max_file_bytes },
  };
}

/** Ctrl-C ends the reviewers and removes what was prepared; a second one ends at once. */
function onInterrupt(progress: Progress): { signal: AbortSignal; forget: () => void } {
  const controller = new AbortController();
  const stop = (): void => {
    progress.stop();
    controller.abort();
    forget();
  };
  const forget = (): void => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, stop);
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, stop);
  return { signal: controller.signal, forget };
}

async function writeSarif(review: LocalReview, file: string): Promise<void> {
  const { toSarif } = await import("../report/sarif.ts");
  const { RULES } = await import("../reviewers/static/rules.ts");
  const { version } = await import("../version.ts");
  const text = `${JSON.stringify(toSarif({ ...review, version, rules: RULES }), null, 2)}\n`;
  if (file === "-") {
    process.stdout.write(text);
    return;
  }
  await writeFile(resolve(callersFolder(), file), text).catch((error: unknown) => {
    const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
    throw new UserError(`The SARIF file ${file} cannot be written: ${why}.`, {
      code: "OUTPUT_UNWRITABLE",
      hint: "Name a file in a folder that exists and that you may write to.",
      cause: error,
    });
  });
}
