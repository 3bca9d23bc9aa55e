// `rondo demo`: the main job, end to end, on this machine. A pull request is opened on a local GitHub double, the real web
// process, queue and worker take it through rounds, and the story is printed as it happens. The demo knows no outcome: it
// tells what the pull request shows.
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { UserError } from "../errors.ts";
import type { Command, CommandInput } from "./command.ts";
import { DEMO_REVIEWERS, readDemoReviewer } from "./demo/reviewers.ts";
import type { Given } from "./demo/story.ts";

export const demoCommand: Command = {
  name: "demo",
  summary: "take a pull request through rounds on this machine, with a local GitHub double",
  usage: "demo [--once] [--reviewer NAME] [--repo DIR [--base REF]]",
  options: {
    once: { type: "boolean", help: "end when the story ends; the last line is a JSON summary" },
    reviewer: {
      type: "string",
      value: "NAME",
      help: "static (default), codex (the real program) or openai; the model of these two is a script, no key is used",
      candidates: [...DEMO_REVIEWERS],
    },
    repo: {
      type: "string",
      value: "DIR",
      help: "tell the story of this git repository: its HEAD against --base",
      candidates: "folder",
    },
    base: {
      type: "string",
      value: "REF",
      help: "with --repo: the base commit or branch (default: the commit before HEAD)",
      candidates: "branch",
    },
    transcript: {
      type: "string",
      value: "KIND",
      help: "compact (default) or full",
      candidates: ["compact", "full"],
    },
    port: { type: "string", value: "PORT", help: "port of the double's pages (default: a free one)" },
    timeout: { type: "string", value: "SECONDS", help: "longest time a round may take (default 120)" },
  },
  maxPositionals: 0,
  environment: { RONDO_CODEX_BIN: "the codex program for --reviewer codex, when it is not on PATH" },
  examples: [
    "rondo demo",
    "rondo demo --once",
    "rondo demo --reviewer codex",
    "rondo demo --once --repo . --base HEAD~3",
  ],
  run: runDemo,
};

type Summary = {
  ok: boolean;
  rounds: number;
  state: string;
  headSha: string;
  comments: number;
  reviews: number;
  findings: number;
  durationMs: number;
};

async function runDemo({ values }: CommandInput): Promise<number> {
  const transcript = values["transcript"] ?? "compact";
  if (transcript !== "compact" && transcript !== "full") throw usage("--transcript is compact or full.");
  const reviewer = readDemoReviewer(values["reviewer"]);
  const timeoutMs = readNumber(values["timeout"], "--timeout", 1, 3600, 120) * 1000;
  const port = readNumber(values["port"], "--port", 0, 65_535, 0);
  const given = values["repo"] === undefined ? null : await readRepository(String(values["repo"]), values["base"]);
  const { childEnvironment } = await import("../config.ts");
  const { startStage } = await import("./demo/stage.ts");
  const startedAt = performance.now();
  const say = (who: string, text: string): void => {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(2).padStart(6);
    const [first = "", ...rest] = text.split("\n");
    process.stdout.write(
      `${seconds} s  ${who.padEnd(6)} ${first}\n${rest.map((line) => `${" ".repeat(17)}${line}\n`).join("")}`,
    );
  };
  const { startModel } = await import("./demo/model.ts");
  const model = await startModel(reviewer);
  if (model.note !== null) say("demo", model.note);
  say("demo", "starting a GitHub double, Redis, rondo web and rondo worker");
  const environment = { ...childEnvironment(), ...model.environment };
  const stage = await startStage({ port, reviewers: reviewer, transcript, environment }).catch(
    async (error: unknown) => {
      await model.stop();
      throw error;
    },
  );
  const stopped = onSignal();
  try {
    const { tellStory } = await import("./demo/story.ts");
    const told = await tellStory({ stage, given, say, timeoutMs, stopped: stopped.signal });
    const summary: Summary = { ...told, durationMs: Math.round(performance.now() - startedAt) };
    say("demo", `the pull request's page: ${told.url}`);
    if (values["once"] === true) {
      process.stdout.write(`${JSON.stringify(toSummary(summary))}\n`);
      return told.ok ? 0 : 3;
    }
    process.stdout.write(`\nOpen ${told.url} in a browser. Ctrl-C ends the demo.\n`);
    await stopped.ended;
    return told.ok ? 0 : 3;
  } finally {
    await stage.stop();
    await model.stop();
  }
}

/** The stable keys, in their documented order. */
function toSummary({ ok, rounds, state, headSha, comments, reviews, findings, durationMs }: Summary): Summary {
  return { ok, rounds, state, headSha, comments, reviews, findings, durationMs };
}

async function readRepository(dir: string, base: unknown): Promise<Given> {
  const folder = resolve(dir);
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)("git", ["-C", folder, ...args])).stdout.trim();
  const commit = async (ref: string): Promise<string | null> =>
    await git("rev-parse", "--verify", "--end-of-options", `${ref}^{commit}`).catch(() => null);
  const top = await git("rev-parse", "--show-toplevel").catch(() => null);
  if (top === null) throw usage(`${folder} is not a git repository.`);
  const headSha = await commit("HEAD");
  if (headSha === null) throw usage(`${folder} has no commit yet.`);
  const ref = typeof base === "string" ? base : "HEAD~1";
  const baseSha = await commit(ref);
  if (baseSha === null) throw usage(`${ref} is no commit in ${folder}.`, "Name the base with --base REF.");
  return { dir: top, name: (top.split("/").at(-1) ?? "repository").replace(/[^A-Za-z0-9._-]/g, "-"), headSha, baseSha };
}

function readNumber(value: unknown, name: string, least: number, most: number, otherwise: number): number {
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw usage(`${name} takes a whole number from ${least} to ${most}.`);
}

function usage(message: string, hint = "See rondo demo --help."): UserError {
  return new UserError(message, { code: "USAGE", hint });
}

function onSignal(): { signal: AbortSignal; ended: Promise<void> } {
  const controller = new AbortController();
  const ended = new Promise<void>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      process.once(name, () => {
        controller.abort();
        resolve();
      });
    }
  });
  return { signal: controller.signal, ended };
}
