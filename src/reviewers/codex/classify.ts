// Why a run of codex gave no review. codex has no error codes, only sentences (0.169.0), so the gateway, which saw the
// endpoint's answers, is asked first; the sentences are for what never reached it. Pure.
import type { FailureKind } from "../../reviewer.ts";
import type { CodexEvents } from "./events.ts";

/** What is known of a run that ended by itself. `gateway`: kind of its last failure. `limit`: a cap of the sandbox. */
export type CodexEnd = {
  exitCode: number;
  events: CodexEvents;
  stderr: string;
  gateway: FailureKind | null;
};

/** The kind of failure, or null when codex ended well: exit code 0 and a completed turn. */
export function classify({ exitCode, events, stderr, gateway }: CodexEnd): FailureKind | null {
  if (exitCode === 0 && events.turn === "completed") return null;
  // A reason of the gateway's own (a limit of the run, a wrong key) beats what codex makes of it.
  if (gateway !== null) return gateway;
  const said = [...events.errors.toReversed(), stderr].join("\n");
  return SENTENCES.find(([, sentence]) => sentence.test(said))?.[0] ?? "unknown";
}

/** In order: the first that fits. */
const SENTENCES: readonly (readonly [FailureKind, RegExp])[] = [
  ["quota", /Quota exceeded|hit your usage limit|insufficient_quota/],
  ["auth", /status 40[13] |Missing environment variable/],
  ["rate_limit", /rate limit exceeded|status: 429|status 429/],
  ["context", /ran out of room in the model's context|context_length_exceeded|exceeds the maximum length/],
  ["output_limit", /reason: max_output_tokens/],
  ["refused", /reason: content_filter/],
  ["config", /model_not_found|status 404 |does not exist or you do not have access|"code": ?"invalid_request/],
  ["timeout", /idle timeout waiting for SSE/],
  ["overloaded", /high demand|status 50[0-4] |server_error|overloaded/],
  ["network", /Connection failed|error sending request|stream disconnected before completion/],
  ["sandbox", /No permissions to create new namespace|bwrap: |Is \/proc mounted/],
  ["config", /Error loading config|unexpected argument|CODEX_HOME|unknown configuration|No such file or directory/],
];
