// Writes to GitHub: the one posting module. Every object carries its effect key (a marker with a MAC, or a check run's
// external_id), so that a write whose answer got lost is found again and not repeated.
import type { Publisher } from "../ports.ts";
import { upsertCheckRun } from "./check-runs.ts";
import { upsertComment } from "./comments.ts";
import { minimiseComment } from "./minimise.ts";
import { addReaction, removeReaction } from "./reactions.ts";
import { fetchPatches } from "./patches.ts";
import { probeReview, upsertReview } from "./reviews.ts";
import { upsertThreadReply } from "./thread-replies.ts";
import type { GithubClient } from "./app.ts";

/** What every write needs. */
export type WriteContext = {
  client(installationId: number): Promise<GithubClient>;
  /** The App's login, e.g. `rondo[bot]`: objects of others are never adopted, whatever marker they carry. */
  botLogin: string;
  /** Keys of the markers' MAC; the first signs, all verify. */
  markerKeys: readonly (string | Uint8Array)[];
  /** Last look at every text that leaves: what may be shown, and how many secrets were taken out. `what`: the effect key. */
  guard(text: string, what: string): { text: string; taken: number };
};

/** The `Publisher` port on GitHub's REST and GraphQL APIs. */
export function githubPublisher(context: WriteContext): Publisher {
  return {
    upsertComment: (ref, write) => upsertComment(context, ref, write),
    upsertThreadReply: (ref, write) => upsertThreadReply(context, ref, write),
    upsertReview: (ref, write) => upsertReview(context, ref, write),
    probeReview: (ref, write) => probeReview(context, ref, write),
    fetchPatches: (ref, paths) => fetchPatches(context, ref, paths),
    upsertCheckRun: (ref, write) => upsertCheckRun(context, ref, write),
    addReaction: (ref, target, content) => addReaction(context, ref, target, content),
    removeReaction: (ref, target, reaction) => removeReaction(context, ref, target, reaction),
    minimise: (ref, nodeId) => minimiseComment(context, ref, nodeId),
  };
}
