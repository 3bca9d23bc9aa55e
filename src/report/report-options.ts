// What every report needs besides the state file: facts of this installation and of the repository's configuration.
import type { Priority } from "../findings/finding.ts";

/** Passed to every renderer. All of it is plain data, so that a text depends on nothing else. */
export type ReportOptions = {
  transcript: "compact" | "full";
  /** Words accepted after `@`, without it; the first is the one that texts teach. */
  aliases: readonly string[];
  /** Address of the dashboard, without a path; null when artifacts are only on the server. */
  publicUrl: string | null;
  /** GitHub's web address, e.g. `https://github.com`; links to code start with it. */
  serverUrl: string;
  /** Rondo's own version. */
  version: string;
  /** The App's login as GitHub shows it, e.g. `rondo[bot]`. */
  botLogin: string;
  /** Badge images in inline comments. */
  badges: boolean;
  /** Priorities that block a merge. */
  blocking: readonly Priority[];
  /** True when a fixer is configured; only then the texts offer one. */
  hasFixer: boolean;
  /** True when people's decisions on findings are read; only then the texts ask for them. */
  canDecide: boolean;
  /** Time of writing, ISO-8601. */
  now: string;
};
