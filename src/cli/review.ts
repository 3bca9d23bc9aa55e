// `rondo review`: what a round would say about the commits in hand, before anybody else sees them. Nothing is posted, no
// model key is used, and the answer is an exit code that hooks and scripts can use.
import { readFile } from "node:fs/promises";
import { callersFolder, reviewConfigFile, wantsColour } from "../config.ts";
import { UserError } from "../errors.ts";
import type { Verdict } from "../findings/verdict-word.ts";
import type { ServerConfig } from "../repo-config/schema.ts";
import { visible } from "../report/untrusted-text.ts";
import type { Command, CommandInput } from "./command.ts";
import type { LocalReview } from "./local-review.ts";

export const reviewCommand: Command = {
  name: "review",
  summary: "review the commits of this checkout; nothing is posted",
  usage: "review [--base REF] [--reviewer NAME…] [--json]",
  options: {
    base: {
      type: "string",
      value: "REF",
      help: "compare with the merge base with REF (default: origin's default branch, else main or master)",
    },
    reviewer: {
      type: "string",
      value: "NAME",
      multiple: true,
      help: "static (default), or a program that RONDO_CONFIG names; may be repeated",
    },
    json: { type: "boolean", help: "print JSON" },
  },
  maxPositionals: 0,
  environment: {
    RONDO_CONFIG: "a server file; programs that it lists under commands can be named as reviewers",
    NO_COLOR: "no colours",
  },
  examples: ["rondo review", "rondo review --base HEAD~1", "rondo review --json | jq .verdict"],
  run: runReview,
};

const EXIT_CODES: Readonly<Record<Verdict, number>> = { APPROVE: 0, REQUEST_CHANGES: 1, UNKNOWN: 3, ERROR: 3 };
const CONFIG_PATH = ".github/rondo.yml";

async function runReview({ values }: CommandInput): Promise<number> {
  const isJson = values["json"] === true;
  const wanted = values["reviewer"] === undefined ? ["static"] : [values["reviewer"]].flat().map(String);
  const server = await readServerFile(reviewConfigFile());
  const { reviewersFor } = await import("../reviewers/registry.ts");
  const reviewers = reviewersFor({ names: wanted, commands: values["reviewer"] === undefined ? {} : server.commands });
  const names = reviewers.map((reviewer) => reviewer.name);
  const repoDir = callersFolder();
  const base = values["base"] === undefined ? await defaultBase(repoDir) : String(values["base"]);
  const blocking = await blockingAt(repoDir, base, server);
  await sayUncommitted(repoDir);
  const { reviewLocally } = await import("./local-review.ts");
  const interrupt = onInterrupt();
  const review = await reviewLocally({
    repoDir,
    base,
    reviewers,
    blocking,
    limits: { timeoutMs: server.limits.phase_cap_seconds * 1000, maxOutputBytes: server.limits.output_bytes },
    signal: interrupt.signal,
    onStart: ({ base, head, files }) => {
      if (!isJson) say(`Reviewing ${base.slice(0, 7)}..${head.slice(0, 7)}, ${files} files, with ${names.join(", ")}`);
    },
  })
    .catch((error: unknown) => {
      if (interrupt.signal.aborted) return null;
      throw error;
    })
    .finally(interrupt.forget);
  if (review === null || interrupt.signal.aborted) return 130;
  for (const problem of review.problems) say(problem);
  process.stdout.write(isJson ? toJson(review, names) : await toText(review, names));
  return EXIT_CODES[review.verdict];
}

async function readServerFile(file: string | null): Promise<ServerConfig> {
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

async function defaultBase(repoDir: string): Promise<string> {
  const { findDefaultBranch } = await import("../git/local-facts.ts");
  const { requireRepository } = await import("../git/local-checkout.ts");
  await requireRepository(repoDir);
  const ref = await findDefaultBranch(repoDir);
  if (ref !== null) return ref;
  throw new UserError("This clone knows no default branch: no origin/HEAD, main or master.", {
    code: "BASE_UNKNOWN",
    hint: "Name what to compare with: rondo review --base REF.",
  });
}

/** Which priorities block is the base's to say, as on the server: the change in hand cannot loosen its own gate. */
async function blockingAt(repoDir: string, base: string, server: ServerConfig) {
  const { readCommittedFile } = await import("../git/local-facts.ts");
  const { parseRepoConfig } = await import("../repo-config.ts");
  const { config, problems } = parseRepoConfig(await readCommittedFile(repoDir, base, CONFIG_PATH), server);
  for (const problem of problems) say(`${CONFIG_PATH} of the base: ${problem}`);
  return config.blocking_priorities;
}

async function sayUncommitted(repoDir: string): Promise<void> {
  const { countUncommitted } = await import("../git/local-facts.ts");
  const { changed, untracked } = await countUncommitted(repoDir);
  const parts = [changed > 0 ? `${changed} changed` : "", untracked > 0 ? `${untracked} untracked` : ""].filter(
    Boolean,
  );
  if (parts.length > 0) say(`Not reviewed, because not committed: ${parts.join(" and ")} (see git status).`);
}

/** A remark: it goes to stderr, so that stdout holds the answer alone. */
function say(text: string): void {
  process.stderr.write(`${visible(text)}\n`);
}

/** Ctrl-C ends the reviewers and removes what was prepared; a second one ends at once. */
function onInterrupt(): { signal: AbortSignal; forget: () => void } {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    forget();
  };
  const forget = (): void => {
    for (const name of ["SIGINT", "SIGTERM"] as const) process.off(name, stop);
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, stop);
  return { signal: controller.signal, forget };
}

/** The stable keys, in their documented order. */
function toJson({ base, head, verdict, findings }: LocalReview, reviewers: readonly string[]): string {
  const shown = findings.map(({ id, priority, title, path, startLine, endLine, body, reviewer, fingerprint }) => ({
    ...{ id, priority, title, path, startLine, endLine, body, reviewer, fingerprint },
  }));
  return `${JSON.stringify({ base, head, reviewers, verdict, findings: shown }, null, 2)}\n`;
}

async function toText(review: LocalReview, names: readonly string[]): Promise<string> {
  const { showFindings, showVerdict } = await import("./show-findings.ts");
  const hasColour = wantsColour(process.stdout.isTTY);
  const { findings, blocking, nothingToReview } = review;
  const counts = { blocking, advisory: findings.length - blocking };
  const isStaticOnly = names.every((name) => name === "static");
  const note =
    nothingToReview === null ? (isStaticOnly ? "static rules only" : "") : `nothing to review, ${nothingToReview}`;
  const rest = showVerdict(review.verdict, counts, { note, hasColour });
  return showFindings(findings, hasColour) + rest;
}
