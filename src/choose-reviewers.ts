// Which reviewers a server offers when nobody named any, and what each of them is told of the machine. The rule: `static`
// costs nothing and is always there; a model key together with an installed codex means that codex is wanted.
import { join } from "node:path";
import { childEnvironment } from "./config.ts";
import type { NetworkSettings } from "./github/create-fetch.ts";
import { modelSettings } from "./model-settings.ts";
import type { ServerConfig } from "./repo-config/schema.ts";
import { type CodexPlace, requireCodex } from "./reviewers/codex/open-codex.ts";
import { CODEX_INSTALL, findCodex } from "./reviewers/codex/find-codex.ts";
import type { ModelEnvironment } from "./reviewers/model-access.ts";
import type { ReviewersConfig } from "./reviewers/registry.ts";

/** What a process knows of its reviewers. `reviewers` null: RONDO_REVIEWERS is unset. */
export type ReviewersGiven = {
  reviewers: readonly string[] | null;
  model: ModelEnvironment;
  network: NetworkSettings | null;
  dataDir: string;
};

/** The registry's configuration, and a sentence for the operator when a key is there and codex is not. */
export async function chooseReviewers(
  given: ReviewersGiven,
  server: Pick<ServerConfig, "commands" | "model">,
): Promise<ReviewersConfig & { warning: string | null }> {
  const codex = codexPlace(given);
  const model = modelSettings(given, server);
  const config = { commands: server.commands, model, codex };
  if (given.reviewers !== null) return { ...config, names: given.reviewers, warning: null };
  // The key of another endpoint says nothing about codex without the name of its model.
  const hasModel = given.model.apiKey !== null && (given.model.baseUrl === null || given.model.name !== null);
  if (!hasModel) return { ...config, names: ["static"], warning: null };
  const found = await findCodex(codex);
  if (!("problem" in found)) return { ...config, names: ["codex", "static"], warning: null };
  const warning = `OPENAI_API_KEY is set, and only the reviewer static runs: ${found.problem} To use codex: ${CODEX_INSTALL}. To use the model without it: RONDO_REVIEWERS=openai,static.`;
  return { ...config, names: ["static"], warning };
}

/** Throws UserError CODEX_MISSING when codex is named and cannot be used; a name that the server file gives is its own. */
export async function requirePrograms({ names, commands, codex }: ReviewersConfig): Promise<void> {
  if (names.includes("codex") && !Object.hasOwn(commands, "codex") && codex !== undefined) await requireCodex(codex);
}

/** Where codex is looked for and works, as the process is set up. */
export function codexPlace({ model, dataDir }: Pick<ReviewersGiven, "model" | "dataDir">): CodexPlace {
  return {
    bin: model.codexBin ?? null,
    path: childEnvironment()["PATH"] ?? "/usr/local/bin:/usr/bin:/bin",
    workDir: join(dataDir, "work"),
    sockets: [join(dataDir, "redis", "redis.sock")],
  };
}
