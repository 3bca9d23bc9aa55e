// Reads the event stream of `codex exec --json`: what the model said at the end of each step, how the turn ended, what it
// used. Pure over lines. Tolerant of kinds that a newer codex may add; a line that is no event (a warning) is passed over.
// Forms as printed by codex 0.169.0; tests/fixtures/golden/codex/ holds real streams.
import { z } from "zod";

/** What a stream says. */
export type CodexEvents = {
  /** Texts of the agent's messages, in order. */
  messages: readonly string[];
  /** `completed` and `failed` are codex's own last words; `cut`: there were none. */
  turn: "completed" | "failed" | "cut";
  /** Why the turn failed or what went wrong on the way, codex's words: not for the pull request. */
  errors: readonly string[];
  /** Commands that the model ran, those that left an item. */
  commands: number;
};

/** Reads the lines of a whole run. Never throws. */
export function readCodexEvents(lines: readonly string[]): CodexEvents {
  const messages: string[] = [];
  const errors: string[] = [];
  let turn: CodexEvents["turn"] = "cut";
  let commands = 0;
  for (const line of lines) {
    const event = readEvent(line);
    const kind = event?.type === "item.completed" ? event.item?.type : event?.type;
    if (kind === "turn.completed") turn = "completed";
    if (kind === "turn.failed") turn = "failed";
    if (kind === "turn.failed" || kind === "error") errors.push(event?.error?.message ?? event?.message ?? "");
    if (kind === "agent_message") messages.push(event?.item?.text ?? "");
    if (kind === "command_execution") commands += 1;
  }
  return { messages, turn, errors, commands };
}

const EventJson = z.object({
  type: z.string(),
  message: z.string().optional().catch(undefined),
  error: z
    .object({ message: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
  item: z
    .object({ type: z.string().optional().catch(undefined), text: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

function readEvent(line: string): z.infer<typeof EventJson> | null {
  if (!line.startsWith("{")) return null;
  try {
    return EventJson.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
