// The reviewers that exist, by name. A literal table: adding a reviewer is one file and one line here.
import { UserError } from "../errors.ts";
import type { Reviewer } from "../reviewer.ts";
import { type CodexPlace, codexReviewer } from "./codex/open-codex.ts";
import { createCommandReviewer } from "./command.ts";
import { modelAccess, type ModelSettings } from "./model-access.ts";
import { createOpenaiReviewer } from "./openai.ts";
import { createStaticReviewer } from "./static/static.ts";

/** What the server's configuration says about reviewers: the list, and the programs that it gives names to. */
export type ReviewersConfig = {
  names: readonly string[];
  commands: Readonly<Record<string, CommandConfig>>;
  /** For reviewers that use a model; left out: there is none. */
  model?: ModelSettings;
  /** Where codex is looked for and works; left out: the reviewer `codex` cannot be named. */
  codex?: CodexPlace;
};

/** A program of the server file that reviews; its name there is the reviewer's name. */
export type CommandConfig = {
  argv: readonly string[];
  timeout_seconds: number;
  /** False: a run costs nothing. Left out counts as true. */
  paid?: boolean;
  environment: Readonly<Record<string, string>>;
};

type Factory = (config: ReviewersConfig) => Reviewer;

const FACTORIES: Readonly<Record<string, Factory>> = {
  static: () => createStaticReviewer(),
  openai: ({ model }) => createOpenaiReviewer(modelAccess(model ?? null, "openai")),
  codex: ({ model, codex }) => codexReviewer(modelAccess(model ?? null, "codex"), codex ?? null),
};

/** Names that the documentation plans and this version does not have. */
const PLANNED: ReadonlySet<string> = new Set(["claude", "gemini", "opencode", "pi"]);

/** Every name that can be configured, in the order in which it is shown. */
export const REVIEWER_NAMES: readonly string[] = Object.keys(FACTORIES);

/**
 * The configured reviewers, in order, each once. Throws UserError: REVIEWERS_NONE for an empty list, REVIEWER_UNAVAILABLE
 * for one that this version does not have, MODEL_KEY_MISSING or MODEL_NAME_MISSING for one without its model,
 * REVIEWER_UNKNOWN (with the nearest name) for anything else.
 */
export function reviewersFor(config: ReviewersConfig): readonly Reviewer[] {
  const names = [...new Set(config.names)];
  if (names.length === 0)
    throw new UserError("No reviewer is configured.", {
      code: "REVIEWERS_NONE",
      hint: `Name at least one of: ${REVIEWER_NAMES.join(", ")}.`,
    });
  return names.map((name) => {
    const command = Object.hasOwn(config.commands, name) ? config.commands[name] : undefined;
    return command === undefined ? factoryOf(name, Object.keys(config.commands))(config) : namedCommand(name, command);
  });
}

function namedCommand(name: string, { argv, timeout_seconds, environment, paid }: CommandConfig): Reviewer {
  return {
    ...createCommandReviewer({ name, argv, timeoutMs: timeout_seconds * 1000, environment }),
    isPaid: paid ?? true,
  };
}

function factoryOf(name: string, commands: readonly string[]): Factory {
  const available = [...REVIEWER_NAMES, ...commands];
  const factory = Object.hasOwn(FACTORIES, name) ? FACTORIES[name] : undefined;
  if (factory !== undefined) return factory;
  if (PLANNED.has(name))
    throw new UserError(`The reviewer ${name} is not part of this version of Rondo.`, {
      code: "REVIEWER_UNAVAILABLE",
      hint: `Available: ${available.join(", ")}.`,
    });
  const nearest = available.toSorted((a, b) => distance(name, a) - distance(name, b))[0] ?? "";
  const isNear = distance(name.toLowerCase(), nearest) <= 2;
  throw new UserError(`There is no reviewer called ${JSON.stringify(name.slice(0, 40))}.`, {
    code: "REVIEWER_UNKNOWN",
    hint: `${isNear ? `Did you mean ${nearest}? ` : ""}Available: ${available.join(", ")}. A program of your own is named under commands in the server file.`,
  });
}

/** Levenshtein distance; both texts are short names. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
