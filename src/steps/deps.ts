// What the steps are given: the ports, and the few facts about this installation that decisions and texts need.
import type { Checkouts } from "../checkouts.ts";
import type {
  Clock,
  Cursors,
  Ids,
  Jobs,
  Log,
  PullRequests,
  Publisher,
  Repositories,
  Rounds,
  Runs,
  Slots,
} from "../ports.ts";
import type { RateLimits } from "../rate-limits.ts";
import type { Ledger } from "../ledger.ts";
import type { ConfigLayer } from "../repo-config/read-layer.ts";
import type { ServerConfig } from "../repo-config/schema.ts";
import type { Reviewer } from "../reviewer.ts";

/** Facts about this installation of Rondo; fixed at start-up. */
export type Installation = {
  version: string;
  /** Address of the dashboard without a path; null when artifacts are only on the server. */
  publicUrl: string | null;
  /** GitHub's web address, e.g. `https://github.com`. */
  serverUrl: string;
  /** The App's login on GitHub, e.g. `rondo[bot]`. */
  botLogin: string;
  /** Slug of the App, always an alias of its own. */
  appSlug: string;
  /** Wall clock of one reviewer's run, milliseconds. */
  reviewTimeoutMs: number;
  /** Milliseconds without any output after which a reviewer is stopped; left out: no limit. */
  silenceMs?: number;
  /** Most bytes of a reviewer's output that are kept. */
  maxOutputBytes: number;
  /** Times at which a read that seems to lag is repeated, milliseconds after the first. */
  staleReadMs: readonly number[];
  /** The server's own configuration file; undefined without one. */
  serverConfig: ServerConfig | undefined;
  /** The same file, key by key, to say where a value came from. */
  serverLayer: ConfigLayer | undefined;
  /** First wait before looking for an object whose send ended unclear; doubles with each try. */
  settleMs: number;
  /** Overrides the repository's debounce; null uses it. */
  debounceMs: number | null;
  /** How long a pull request waits for a free slot or a busy lease before it is offered to any worker again. */
  busyMs: number;
  /** How often the state file is looked at while reviewers run, should an announcement get lost. */
  lookMs: number;
  /** How often a dead worker's round is taken over before a person has to look. */
  recoveryCap: number;
};

/** Everything a step may use; each step names what it needs with `Pick`. */
export type Deps = {
  pullRequests: PullRequests;
  repositories: Repositories;
  cursors: Cursors;
  publisher: Publisher;
  checkouts: Checkouts;
  rounds: Rounds;
  jobs: Jobs;
  /** When a round may begin. */
  rateLimits: Pick<RateLimits, "admitRound">;
  runs: Runs;
  /** Where the use of models is written down; left out: nowhere. */
  ledger?: Ledger;
  slots: Slots;
  clock: Clock;
  ids: Ids;
  log: Log;
  reviewers: readonly Reviewer[];
  installation: Installation;
  /**
   * What takes secrets and paths of this machine out of reviewers' words about `code`, also keys that stand in that code.
   * `taken`: how many secrets.
   */
  redactor(code: string): (text: string) => { text: string; taken: number };
};
