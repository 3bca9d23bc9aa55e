// A comment that may hold a command, or be a reply in a finding's thread: who wrote it, whether they may, and the event
// it becomes. The live comment counts, never the one of the webhook.
import { citesFact } from "../commands/cites-fact.ts";
import type { Ask, GivenDecision } from "../commands/command.ts";
import { type Asked, parseComment } from "../commands/parse-comment.ts";
import { readReply } from "../commands/read-reply.ts";
import { COMMENT_COMMANDS } from "../commands/registry.ts";
import { isExpectedError, RetryableError } from "../errors.ts";
import type { Intent } from "../intent/intent.ts";
import type { LiveComment, LivePullRequest } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import type { RoundEvent } from "../round/event.ts";
import type { Trigger } from "../round/round.ts";
import type { Deps } from "./deps.ts";
import { findingIdOf } from "./finding-of-thread.ts";
import { headsOf } from "./live-head.ts";
import { mayCommand } from "./may-command.ts";
import { type ConfigInForce, maxRoundsOf, readConfig } from "./read-config.ts";

type About = {
  ref: PullRequestRef;
  live: LivePullRequest;
  comment: LiveComment;
  where: NonNullable<Trigger["comment"]>;
  inForce: ConfigInForce;
};

/** The event of a comment, or one word for the log why there is none. */
export async function commentEvent(
  intent: Extract<Intent, { kind: "commentCreated" }>,
  ref: PullRequestRef,
  live: LivePullRequest,
  deps: Deps,
): Promise<RoundEvent | string> {
  if (intent.actorIsBot) return "ignored: bots do not command";
  const comment = await deps.pullRequests.fetchComment(ref, intent.source, intent.commentId);
  if (comment === null) return "ignored: the comment is gone";
  if (comment.authorIsBot) return "ignored: bots do not command";
  if (comment.updatedAt !== comment.createdAt) return "ignored: edited comments do not command";
  const inForce = await readConfig(ref, live.baseSha, deps);
  const where = { source: intent.source, id: intent.commentId };
  const about: About = { ref, live, comment, where, inForce };
  const aliases = [...inForce.config.aliases, deps.installation.appSlug];
  const here = await findingOfThread(about, deps);
  const asked = parseComment(comment.body, aliases, COMMENT_COMMANDS, here);
  if (asked !== undefined) return await commandEvent(asked, here, about, deps);
  const reply = here === null ? undefined : readReply(comment.body);
  if (here === null || reply === undefined) return "ignored: no command";
  return await decisionEvent([{ ...reply, findingId: here }], here, about, deps);
}

async function commandEvent(asked: Asked, here: string | null, about: About, deps: Deps): Promise<RoundEvent | string> {
  const { comment, where, live } = about;
  const at = deps.clock.now().toISOString();
  if ("ask" in asked && asked.ask.kind === "decide" && live.state === "open")
    return await decisionEvent(asked.ask.decisions, here, about, deps);
  const isAllowed = await mayAsk("ask" in asked ? asked.who : "allowed", about, deps);
  if (!isAllowed) return live.state === "closed" ? "ignored: the pull request is closed" : refused(at, where);
  if ("problem" in asked) return { ...refused(at, where), why: asked.problem };
  // On a closed pull request questions are answered; everything else gets a 😕 and nothing happens.
  if (live.state === "closed" && asked.ask.kind !== "answer") return refused(at, where);
  return askedEvent(asked.ask, at, { comment, where, live, inForce: about.inForce });
}

function askedEvent(
  ask: Ask,
  at: string,
  { comment, where, live, inForce }: Pick<About, "comment" | "where" | "live" | "inForce">,
): RoundEvent | string {
  const actor = comment.author;
  const heads = headsOf(live);
  const trigger = (focus: string | null = null, isFull = false): Trigger => ({
    kind: "comment",
    actor,
    delivery: null,
    comment: where,
    focus,
    ...(isFull ? { is_full: true } : {}),
  });
  switch (ask.kind) {
    case "review":
      if (!inForce.config.triggers.comment) return "ignored: triggers.comment is off";
      return {
        kind: "reviewRequested",
        at,
        heads,
        trigger: trigger(ask.focus, ask.isFull),
        maxRounds: maxRoundsOf(inForce.config),
      };
    case "abort":
      return { kind: "abortRequested", at, actor, text: ask.reason, comment: where };
    case "extend":
      return { kind: "extendRequested", at, actor, rounds: ask.rounds, heads, comment: where, trigger: trigger() };
    case "pause":
      return { kind: "pauseRequested", at, actor, heads, comment: where };
    case "resume":
      return { kind: "resumeRequested", at, heads, trigger: trigger() };
    case "answer":
      return { kind: "answerRequested", at, topic: ask.topic, argument: ask.argument, comment: where };
    case "unavailable":
      return { ...refused(at, where), why: ask.why };
    case "decide":
      return "ignored: decisions are read before";
  }
}

/** The finding in whose thread the comment is a reply; null anywhere else. */
async function findingOfThread({ ref, comment }: About, deps: Pick<Deps, "rounds">): Promise<string | null> {
  if (comment.inReplyTo === null) return null;
  return findingIdOf(await deps.rounds.load(ref), comment.inReplyTo);
}

/** Decisions count from people who may command. What the author of the pull request says without that is a proposal. */
async function decisionEvent(
  given: readonly GivenDecision[],
  here: string | null,
  about: About,
  deps: Deps,
): Promise<RoundEvent | string> {
  const { comment, live, where } = about;
  const at = deps.clock.now().toISOString();
  if (live.state === "closed") return "ignored: the pull request is closed";
  const isAllowed = await mayAsk("allowed", about, deps);
  if (!isAllowed && comment.author !== live.author) return refused(at, where);
  const incomplete = given.find(({ word, rationale }) => word !== "ACCEPT" && rationale === "");
  if (incomplete !== undefined) {
    const why = `${incomplete.word} of ${incomplete.findingId} needs a reason on the same line`;
    return isAllowed ? { ...refused(at, where), why } : refused(at, where);
  }
  const decisions = await Promise.all(
    given.map(async ({ findingId, word, rationale, commit }) => ({
      findingId,
      hasFact: citesFact(rationale),
      decision: {
        // Rondo's own findings are disputed; REJECT is the word for other reviewers' comments.
        word: word === "REJECT" ? ("DISPUTE" as const) : word,
        by: comment.author,
        rationale,
        rationale_url: comment.url,
        commit,
        ...(commit === null ? {} : { is_commit_known: await isOnBranch(commit, about, deps) }),
        at,
      },
    })),
  );
  return { kind: "decisionRecorded", at, decisions, isProposal: !isAllowed, here, comment: where };
}

/** True when the head has that commit behind it. One that GitHub cannot find is not on the branch. */
async function isOnBranch(commit: string, { ref, live }: About, deps: Pick<Deps, "pullRequests">): Promise<boolean> {
  try {
    const base = await deps.pullRequests.fetchMergeBase(ref, commit, live.headSha);
    return base?.startsWith(commit) === true;
  } catch (error) {
    if (error instanceof RetryableError || !isExpectedError(error)) throw error;
    return false;
  }
}

/** A command that needs write permission needs it whatever `allowed_actors` says. */
async function mayAsk(who: "allowed" | "write", { ref, comment, live, inForce }: About, deps: Deps): Promise<boolean> {
  const config = who === "write" ? { ...inForce.config, allowed_actors: ["write" as const] } : inForce.config;
  return await mayCommand(ref, comment.author, live, config, deps);
}

function refused(at: string, comment: NonNullable<Trigger["comment"]>) {
  return { kind: "commandRefused" as const, at, comment };
}
