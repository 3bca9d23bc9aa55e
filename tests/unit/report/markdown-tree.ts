// Parses rendered Markdown again the way GitHub does (GFM), so that tests see blocks and not characters.
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";

export type Node = { type: string; value?: string; url?: string; children?: Node[]; depth?: number };

export function parseMarkdown(markdown: string): Node {
  return fromMarkdown(markdown, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
}

/** All nodes of one type, in document order. */
export function nodes(node: Node, type: string): Node[] {
  const own = node.type === type ? [node] : [];
  return [...own, ...(node.children ?? []).flatMap((child) => nodes(child, type))];
}

/** The types of the blocks at the top. */
export function outline(markdown: string): string[] {
  return (parseMarkdown(markdown).children ?? []).map((node) => node.type);
}

/** All text of a node, code included. */
export function textOf(node: Node): string {
  return node.value ?? (node.children ?? []).map(textOf).join("");
}

/** Texts outside code: where GitHub looks for mentions and references. */
export function liveText(node: Node): string {
  if (node.type === "code" || node.type === "inlineCode") return "";
  if (node.type === "text") return node.value ?? "";
  return (node.children ?? []).map(liveText).join("\n");
}

/** The rows of the first table, as texts. */
export function firstTable(markdown: string): string[][] {
  const table = nodes(parseMarkdown(markdown), "table")[0];
  return (table?.children ?? []).map((row) => (row.children ?? []).map(textOf));
}
