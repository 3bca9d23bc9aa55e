// Everything a round can ask for. An effect never says *how* an object looks: it says "make this object look as the
// state file says now", so performing it twice, late or after a crash ends in the same place.
import { z } from "zod";
import { effectKey } from "./effect-key.ts";

const round = z.number().int().nonnegative();

/** Effects inside Rondo: they end in an event, nothing is written to GitHub. */
const internal = [
  /** Take a worker's slot, read head, base and configuration, and answer with `roundClaimed`. */
  z.object({ kind: z.literal("start"), round }),
  /** Check out and run every reviewer that is still pending; each answers with `reviewFinished`. */
  z.object({ kind: z.literal("run"), round, attempt: z.number().int().positive() }),
  /** The wait for external reviews is over. */
  z.object({ kind: z.literal("deadline"), round }),
  /** Everything due is posted: read the live head once more and answer with `evaluated`. */
  z.object({ kind: z.literal("evaluate"), round }),
] as const;

/** Objects on GitHub. `head_sha` stands only where it is not the round's own. */
const objects = [
  /** The check run `Rondo` on one SHA. */
  z.object({ kind: z.literal("check"), round, head_sha: z.string() }),
  /** 👀 on the trigger while a round runs. */
  z.object({ kind: z.literal("eyes"), round }),
  /** 👍 on the trigger after a clean round. */
  z.object({ kind: z.literal("thumbs"), round }),
  /** `transcript: compact`: the one comment of a round, KICKOFF first, RESULT later. */
  z.object({ kind: z.literal("round"), round }),
  /** `transcript: full`: separate comments. */
  z.object({ kind: z.literal("kickoff"), round }),
  z.object({ kind: z.literal("result"), round }),
  z.object({ kind: z.literal("evaluation"), round }),
  /** The GitHub review with inline comments. */
  z.object({ kind: z.literal("review"), round }),
  z.object({ kind: z.literal("ready"), round }),
  /** One notice a round and topic: a limit, an abort, a round that nobody reviewed. */
  z.object({
    kind: z.literal("notice"),
    round,
    about: z.enum(["budget", "aborted", "waiting", "not_reviewed", "worker_lost", "churn", "flood"]),
  }),
  /**
   * The answer to a command: one comment a topic for all rounds, edited when somebody asks again. `argument`: what it is
   * about (`RD-3`), or the sentence that says why a command was not obeyed.
   */
  z.object({
    kind: z.literal("reply"),
    round,
    head_sha: z.string(),
    topic: z.string(),
    argument: z.string().nullable(),
  }),
  /** A decision that was made by command, said again in the finding's thread. */
  z.object({ kind: z.literal("decision"), round, finding_id: z.string() }),
  /** The comment on a draft that was skipped. */
  z.object({ kind: z.literal("skip"), round, head_sha: z.string() }),
  /** Minimise the comments of a round that another one replaced. */
  z.object({ kind: z.literal("minimise"), round }),
  /** 😕 or 👍 on a command. */
  z.object({
    kind: z.literal("answer"),
    round,
    comment_source: z.enum(["issue_comment", "review_comment", "review"]),
    comment_id: z.number().int(),
    content: z.enum(["+1", "confused", "eyes"]),
  }),
] as const;

export const Effect = z.discriminatedUnion("kind", [...internal, ...objects]);
export type Effect = z.infer<typeof Effect>;
export type EffectKind = Effect["kind"];

/** Kinds that write nothing to GitHub. */
const INTERNAL: ReadonlySet<EffectKind> = new Set(internal.map((schema) => schema.shape.kind.value));

/** True for effects that end in an event and write nothing to GitHub. */
export function isInternal(effect: Pick<Effect, "kind">): boolean {
  return INTERNAL.has(effect.kind);
}

/** The name of an effect inside its key; tells apart what may exist several times in a round. */
function kindInKey(effect: Effect): string {
  switch (effect.kind) {
    case "notice":
      return `notice.${effect.about}`;
    case "reply":
      return `reply.${effect.topic}`;
    case "decision":
      return `decision.${effect.finding_id.toLowerCase()}`;
    case "answer":
      return `answer.${effect.comment_source}.${effect.comment_id}`;
    case "run":
    case "start":
    case "deadline":
    case "evaluate":
    case "check":
    case "eyes":
    case "thumbs":
    case "round":
    case "kickoff":
    case "result":
    case "evaluation":
    case "review":
    case "ready":
    case "skip":
    case "minimise":
      return effect.kind;
  }
}

/**
 * The key of an effect (see effect-key.ts). Objects on GitHub keep attempt 1 for ever, because they are edited over
 * attempts; only a run of the reviewers carries its real attempt.
 */
export function keyOf(about: { repo_id: number; pr: number }, effect: Effect, headSha: string): string {
  return effectKey({
    repoId: about.repo_id,
    pr: about.pr,
    headSha,
    round: effect.round,
    attempt: effect.kind === "run" ? effect.attempt : 1,
    kind: kindInKey(effect),
  });
}
