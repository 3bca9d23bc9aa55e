// The exit for every text of Rondo's: secrets are taken out, it is said that they were, and the marker is signed.
import { cutBody } from "../report/markdown.ts";
import { withMarker } from "../report/marker.ts";
import { splitVerdictLine } from "../report/verdict-line.ts";
import type { WriteContext } from "./publisher.ts";

/** A body as it is sent: without secrets, at most 60,000 bytes with its marker as last line. */
export function outgoingBody(context: WriteContext, body: string, key: string): string {
  return withMarker(outgoingText(context, body, key), key, context.markerKeys);
}

/** The same for a long text without a marker (a check run's): its verdict line stays last. */
export function outgoingText(context: WriteContext, text: string, key: string): string {
  const { text: shown, taken } = context.guard(text, key);
  if (taken === 0) return shown;
  const { before, line } = splitVerdictLine(shown);
  const note = `[redacted: ${taken} ${taken === 1 ? "secret was" : "secrets were"} taken out of this text]`;
  // What stands in place of a secret that was torn apart can be longer than it was.
  return cutBody(before, undefined, line === "" ? note : `${note}\n\n${line}`);
}

/** A short text in one line, such as a title: secrets are taken out, nothing is added. */
export function outgoingWords(context: WriteContext, words: string, key: string): string {
  return context.guard(words, key).text;
}
