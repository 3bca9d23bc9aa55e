/** See docs-rules.mjs. */
export type DocumentedCommand = {
  name: string;
  options: Readonly<Record<string, unknown>>;
  subcommands?: readonly DocumentedCommand[];
};
export type DocumentFacts = {
  exists(path: string): boolean;
  isInSource(word: string): boolean;
  commands: readonly DocumentedCommand[];
  npmScripts: readonly string[];
  mustMention: ReadonlyMap<string, readonly (readonly [word: string, why: string])[]>;
};
export function documentProblems(pages: ReadonlyMap<string, string>, facts: DocumentFacts): readonly string[];
