// What became of the App so far: nothing yet, created with its secrets in memory, or forgotten again. GitHub's code works
// once, so an exchange that is under way is shared by all who ask for it.
import { isExpectedError } from "../errors.ts";
import type { CreatedApp } from "../github/convert-manifest.ts";
import type { Log } from "../ports.ts";
import type { PublicApp, WrittenSettings } from "./settings-page.ts";
import { settingsText } from "./settings-text.ts";

/** Where the set-up stands. `until`: the secrets leave the memory then. */
export type Progress =
  | { stage: "open" }
  | { stage: "created"; app: CreatedApp; written: WrittenSettings; until: Date }
  | { stage: "forgotten"; app: PublicApp; written: WrittenSettings };

/** The App that this process creates: one at most. */
export type NewApp = {
  progress(): Progress;
  /** Fetches the App for a code. Rejects with the errors of convertManifest; the code may be tried again then. */
  fetch(code: string): Promise<void>;
  /** Drops the secrets. */
  forget(): void;
};

/** How long the secrets stay in memory. */
const KEEP_MS = 30 * 60_000;

/** Starts with no App. `write` puts the settings into `settingsFile` when one was named. */
export function createNewApp(parts: {
  settingsFile: string | null;
  now: () => Date;
  log: Log;
  convert(code: string): Promise<CreatedApp>;
  write(text: string): Promise<void>;
}): NewApp {
  const { settingsFile, now, log } = parts;
  let state: Progress = { stage: "open" };
  let underway: { code: string; exchange: Promise<void> } | undefined;

  function forget(): void {
    if (state.stage !== "created") return;
    const { app, written } = state;
    state = { stage: "forgotten", app: { name: app.name, pageUrl: app.pageUrl }, written };
  }
  async function exchange(code: string): Promise<void> {
    const app = await parts.convert(code);
    const written = await writeIfAsked(app);
    state = { stage: "created", app, written, until: new Date(now().getTime() + KEEP_MS) };
    setTimeout(forget, KEEP_MS).unref();
    log.info("Created the GitHub App; waiting for its settings and a new start", { appId: app.appId, app: app.name });
  }
  async function writeIfAsked(app: CreatedApp): Promise<WrittenSettings> {
    if (settingsFile === null) return null;
    try {
      await parts.write(settingsText(app));
      return { file: settingsFile };
    } catch (error) {
      if (!isExpectedError(error)) throw error;
      log.error("The settings could not be written", { err: error });
      return { problem: error.message };
    }
  }

  return {
    progress() {
      if (state.stage === "created" && state.until <= now()) forget();
      return state;
    },
    async fetch(code) {
      if (underway?.code !== code) underway = { code, exchange: exchange(code) };
      try {
        await underway.exchange;
      } finally {
        underway = undefined;
      }
    },
    forget,
  };
}
