// Reads a rendered body as GitHub would, and says what is broken in it: for whatever a reviewer wrote, the document must
// keep its blocks, mention nobody, order nothing, load nothing and carry no mark that is not ours.
import { readMarkers } from "../../../src/report/marker.ts";
import { MAX_BODY_BYTES } from "../../../src/report/markdown.ts";
import { liveText, type Node, nodes, parseMarkdown, textOf } from "./markdown-tree.ts";

/** What may stand in a body although it is HTML, an image or a link. */
const OUR_HTML =
  /^(?:<details>(?:\s*<summary>[^<>]*<\/summary>)?|<\/details>|<summary>[^<>]*<\/summary>|<br\/>|<\/?sub>|<!-- rondo:trigger -->|<!-- rondo-verdict: \{"schema":1,[^<>]*\} -->|\s+)+$/;
const OUR_IMAGE = /^https:\/\/img\.shields\.io\/badge\/P[0-3]-(?:red|orange|yellow|lightgrey)\?style=flat$/;
const OUR_LINK = /^https:\/\/github\.com\/acme\/shop\/(?:blob\/[0-9a-f]{40}\/|pull\/6)/;
const END = "the-end-of-the-document";

/** Sentences about what is wrong; empty when the document is sound. `verdictLines`: how many it must carry. */
export function documentProblems(body: string, verdictLines: 0 | 1 = 0): string[] {
  const tree = parseMarkdown(`${body}\n\n${END}\n`);
  const html = nodes(tree, "html").map((node) => node.value ?? "");
  const live = liveText(tree);
  const checks: [isWrong: boolean, problem: string][] = [
    [Buffer.byteLength(body) > MAX_BODY_BYTES, `${Buffer.byteLength(body)} bytes`],
    [/\p{Surrogate}/u.test(body), "half a character"],
    [hasHidden(body), "a hidden character"],
    [textOf(tree.children?.at(-1) ?? { type: "none" }) !== END, "a block is still open at the end"],
    [!areDetailsBalanced(html.join("\n")), "<details> without its end, or the other way round"],
    [html.some((value) => !OUR_HTML.test(value)), `foreign HTML: ${html.find((value) => !OUR_HTML.test(value))}`],
    [nodes(tree, "table").some((table) => !isRegular(table)), "a table row with another number of cells"],
    [nodes(tree, "image").some(({ url }) => !OUR_IMAGE.test(url ?? "")), "a foreign image"],
    [nodes(tree, "link").some(({ url }) => !OUR_LINK.test(url ?? "")), `a foreign link`],
    [nodes(tree, "definition").length + nodes(tree, "footnoteDefinition").length > 0, "a link definition"],
    [/@[A-Za-z0-9]/.test(live), `a live mention: ${/.{0,20}@[A-Za-z0-9].{0,20}/.exec(live)?.[0]}`],
    [/(?<!PR: |PR )#[0-9]|GH-[0-9]/i.test(live), `a live reference: ${/.{0,9}(?:#|GH-)[0-9]/i.exec(live)?.[0]}`],
    [/^\s*(?:@[a-z]|\/[a-z])/im.test(lines(tree)), "a live command"],
    [readMarkers(body).length > 0, "a marker at the end"],
    [body.split(/<!--\s*rondo:(?!trigger -->)/i).length > 1, "a foreign marker"],
    [body.split(/rondo-verdict\s*:/i).length - 1 !== verdictLines, `not ${verdictLines} verdict lines`],
    [verdictLines === 1 && !/rondo-verdict: \{.*\}(?: -->)?$/.test(body), "the verdict line does not stand last"],
  ];
  return checks.flatMap(([isWrong, problem]) => (isWrong ? [problem] : []));
}

/** The lines of all paragraphs, headings and cells, code left out, without the joiner that keeps `@` from being read. */
function lines(tree: Node): string {
  const blocks = ["paragraph", "heading", "tableCell"].flatMap((type) => nodes(tree, type));
  return blocks.map((block) => wordsOf(block).replaceAll("@\u2060", "")).join("\n");
}

function wordsOf(node: Node): string {
  if (node.type === "inlineCode" || node.type === "html") return "`";
  return node.value ?? (node.children ?? []).map(wordsOf).join("");
}

/** Everything invisible except the word joiner that we put in ourselves, and the joiner inside of an emoji. */
function hasHidden(body: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200C\u200E\u200F\u2028-\u202E\u2061-\u206F\uFEFF\u{E0000}-\u{E007F}]/u.test(
    body,
  );
}

function areDetailsBalanced(html: string): boolean {
  let depth = 0;
  for (const [tag] of html.matchAll(/<\/?details>/g)) {
    depth += tag === "<details>" ? 1 : -1;
    if (depth < 0) return false;
  }
  return depth === 0;
}

function isRegular(table: Node): boolean {
  const widths = (table.children ?? []).map((row) => row.children?.length ?? 0);
  return widths.every((width) => width === widths[0]);
}
