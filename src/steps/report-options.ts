// What the texts need besides the state file: the settings that were in force, and facts of this installation.
import type { ReportOptions } from "../report/report-options.ts";
import type { RoundSettings } from "../round/round-settings.ts";
import type { Deps } from "./deps.ts";

/** Options of a text. `settings`: those of its round; null for a text that names none of them takes the defaults. */
export function reportOptions(
  settings: RoundSettings | null,
  deps: Pick<Deps, "clock" | "installation">,
): ReportOptions {
  return {
    transcript: settings?.transcript ?? "compact",
    aliases: settings?.aliases ?? ["codex", "rondo"],
    publicUrl: deps.installation.publicUrl,
    serverUrl: deps.installation.serverUrl,
    version: deps.installation.version,
    botLogin: deps.installation.botLogin,
    badges: settings?.badges ?? true,
    blocking: settings?.blocking_priorities ?? ["P0", "P1", "P2"],
    hasFixer: false,
    canDecide: true,
    now: deps.clock.now().toISOString(),
  };
}
