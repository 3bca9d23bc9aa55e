// Reactions. They send no webhook on GitHub.
import type { Reaction, ReactionContent } from "../state.ts";
import { nodeId } from "../world.ts";
import type { World, Writer } from "../world.ts";

/** Adds a reaction; the same one by the same account is found again (`isNew` false), as GitHub answers 200 then. */
export function addReaction(
  world: World,
  writer: Writer,
  subject: Reaction["subject"],
  content: ReactionContent,
): { reaction: Reaction; isNew: boolean } {
  const known = reactionsOn(world, subject).find(
    (reaction) => reaction.userId === writer.user.id && reaction.content === content,
  );
  if (known !== undefined) return { reaction: known, isNew: false };
  const id = world.newId();
  const reaction: Reaction = {
    id,
    nodeId: nodeId("REA", id),
    subject,
    userId: writer.user.id,
    content,
    createdAt: world.now(),
  };
  world.state.reactions.set(id, reaction);
  return { reaction, isNew: true };
}

/** Reactions on a subject, oldest first. */
export function reactionsOn(world: World, subject: Reaction["subject"]): Reaction[] {
  return [...world.state.reactions.values()].filter(
    (reaction) => reaction.subject.kind === subject.kind && reaction.subject.id === subject.id,
  );
}
