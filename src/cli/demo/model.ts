// The model behind the demo's reviewer: none for `static`, a scripted one on loopback for the two that ask one. The codex
// program is the real one of this machine, in the real sandbox, behind the real gateway.
import { tmpdir } from "node:os";
import { startFakeOpenai } from "../../../double/model/fake-openai.ts";
import { childEnvironment, readReviewConfig } from "../../config.ts";
import { requireCodex } from "../../reviewers/codex/open-codex.ts";
import type { DemoReviewer } from "./reviewers.ts";
import { readAndReview, SCRIPT_NOTE } from "./scripted-reader.ts";

/** `environment` is for the worker; `note` is what the reader of the demo must know of the model, null without one. */
export type DemoModel = { environment: Readonly<Record<string, string>>; note: string | null; stop(): Promise<void> };

/** Throws UserError CODEX_MISSING, with the line that installs it. A key that is set is never used. */
export async function startModel(reviewer: DemoReviewer): Promise<DemoModel> {
  if (reviewer === "static") return { environment: {}, note: null, stop: async () => {} };
  const codex = reviewer === "codex" ? await findProgram() : {};
  const server = await startFakeOpenai({ demo: (_, body) => readAndReview(body) });
  const model = { OPENAI_BASE_URL: server.baseUrl("demo", "demo"), RONDO_MODEL: "scripted-model" };
  const who = reviewer === "codex" ? "codex is the real program" : "openai asks as it would anywhere";
  return { environment: { ...codex, ...model }, note: `${who}; ${SCRIPT_NOTE}`, stop: () => server.close() };
}

async function findProgram(): Promise<Readonly<Record<string, string>>> {
  const bin = readReviewConfig().model().model.codexBin ?? null;
  const path = childEnvironment()["PATH"] ?? "";
  await requireCodex({ bin, path, workDir: tmpdir(), sockets: [] });
  return bin === null ? {} : { RONDO_CODEX_BIN: bin };
}
