// Puts the reviewer `codex` together from what the server knows: the model's access, and where codex is and works.
import { UserError } from "../../errors.ts";
import { type ModelAccess, openRunGateway } from "../model-access.ts";
import { type CodexReviewer, createCodexReviewer } from "./codex.ts";
import { type Codex, findCodex, type NoCodex } from "./find-codex.ts";
import { builtParts, type Shell, type ShellOptions, tryShell } from "./shell.ts";

/** What the server says about the machine. */
export type CodexPlace = {
  /** RONDO_CODEX_BIN; null: looked for in `path`. */
  bin: string | null;
  /** Folders with programs, separated by colons. */
  path: string;
  /** Folder in which the sandbox is tried, on the disk of the data directory. */
  workDir: string;
  /** Sockets of this machine that commands must not reach. */
  sockets: readonly string[];
};

/** Throws UserError REVIEWER_UNAVAILABLE where nothing is known of the machine. Looks for nothing yet. */
export function codexReviewer(access: ModelAccess, place: CodexPlace | null): CodexReviewer {
  if (place === null) {
    throw new UserError("The reviewer codex does not run here.", {
      code: "REVIEWER_UNAVAILABLE",
      hint: "Name another one.",
    });
  }
  const parts = builtParts();
  return createCodexReviewer({
    ...place,
    model: access.model,
    parts,
    tryShell: (codex) => tryOnce(codex, { ...place, parts }),
    openGateway: (listen, limits) => openRunGateway(access, { costUsd: limits.costUsd ?? null, listen }),
  });
}

/** What was found for a program holds for the whole process. */
const tried = new Map<string, Promise<Shell>>();

/** The sandbox of this machine for this program; the tries are made once in a process. */
function tryOnce(codex: Codex, options: ShellOptions): Promise<Shell> {
  const known = tried.get(codex.identity) ?? tryShell(codex, options);
  tried.set(codex.identity, known);
  return known;
}

/** Throws UserError CODEX_MISSING with the line that installs it, when codex is not there or cannot be used. */
export async function requireCodex(place: CodexPlace): Promise<void> {
  const found = await findCodex(place);
  if (!("problem" in found)) return;
  throw new UserError(found.problem, { code: "CODEX_MISSING", hint: found.hint });
}

/** codex and its sandbox on this machine, for check-ups; `shell` is null where there is no codex. */
export async function lookAtCodex(place: CodexPlace): Promise<{ codex: Codex | NoCodex; shell: Shell | null }> {
  const codex = await findCodex(place);
  if ("problem" in codex) return { codex, shell: null };
  return { codex, shell: await tryOnce(codex, { ...place, parts: builtParts() }) };
}
