// GitHub-flavoured Markdown as GitHub shows it in comments: raw HTML is parsed, then cut down to the tags and attributes
// GitHub itself allows (the default schema of rehype-sanitize is GitHub's list), single line breaks become <br>, and
// nothing is ever loaded from another host: badges are drawn here, other images are shown as links.
import type { PhrasingContent, Root as MarkdownRoot, RootContent as MarkdownContent } from "mdast";
import type { Element, ElementContent, Root, RootContent } from "hast";
import { rehypeGithubAlerts } from "rehype-github-alerts";
import rehypeRaw from "rehype-raw";
import rehypeSanitize from "rehype-sanitize";
import rehypeStringify from "rehype-stringify";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import remarkRehype from "remark-rehype";
import { unified } from "unified";
import { badgeDataUrl } from "./badge.ts";

const pipeline = unified()
  .use(remarkParse)
  .use(remarkGfm)
  .use(() => (tree: MarkdownRoot) => breakLines(tree))
  .use(remarkRehype, { allowDangerousHtml: true })
  .use(rehypeRaw)
  .use(rehypeSanitize)
  .use(rehypeGithubAlerts, {})
  .use(() => (tree: Root) => dress(tree))
  .use(rehypeStringify);

/** HTML for one Markdown body; safe to put into a page whatever the text holds. */
export function renderMarkdown(text: string): string {
  return String(pipeline.processSync(text));
}

/** In comments, unlike in files, GitHub shows every line break. Only text nodes with a newline are soft breaks. */
function breakLines(parent: { children: (MarkdownContent | PhrasingContent)[] }): void {
  parent.children = parent.children.flatMap((node) => {
    if ("children" in node) breakLines(node);
    if (node.type !== "text" || !node.value.includes("\n")) return [node];
    return node.value.split("\n").flatMap((value, index): PhrasingContent[] => {
      const text: PhrasingContent = { type: "text", value };
      return index === 0 ? [text] : [{ type: "break" }, text];
    });
  });
}

/** Tags whose text is shown as it stands. */
const VERBATIM = new Set(["code", "pre", "a", "svg", "style"]);

function dress(parent: { children: (RootContent | ElementContent)[] }): void {
  parent.children = parent.children.flatMap((node): (RootContent | ElementContent)[] => {
    if (node.type === "text") return dressText(node.value);
    if (node.type !== "element") return [node];
    if (node.tagName === "img") return [dressImage(node)];
    if (!VERBATIM.has(node.tagName)) dress(node);
    return [node];
  });
}

/** Mentions stand out, so that a reader sees who is called. */
function dressText(value: string): ElementContent[] {
  return value.split(/((?<![\w/])@[a-z\d][a-z\d-]*\b)/i).flatMap((part, index): ElementContent[] => {
    if (part === "") return [];
    return [index % 2 === 0 ? { type: "text", value: part } : element("span", { className: ["mention"] }, part)];
  });
}

/** Images come from other hosts, which this page must not ask. */
function dressImage(image: Element): Element {
  const source = textOf(image.properties["src"]);
  const alt = textOf(image.properties["alt"]);
  const badge = badgeDataUrl(source);
  if (badge) return { ...image, properties: { src: badge, alt, className: ["badge"] } };
  return element("span", { className: ["image-link"], title: source }, `image: ${alt || source}`);
}

function textOf(value: Element["properties"][string]): string {
  return typeof value === "string" ? value : "";
}

function element(tagName: string, properties: Element["properties"], text: string): Element {
  return { type: "element", tagName, properties, children: [{ type: "text", value: text }] };
}
