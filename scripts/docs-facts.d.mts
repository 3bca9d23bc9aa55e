/** See docs-facts.mjs. */
import type { DocumentFacts } from "./docs-rules.mjs";
export function readPages(): ReadonlyMap<string, string>;
export function readFacts(commands: DocumentFacts["commands"]): DocumentFacts;
