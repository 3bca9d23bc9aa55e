// What must be true of every Markdown page, found without running anything: commands say how they are checked, links
// lead somewhere, and what a page names (variables, options, metrics, files) exists. Readers copy what they read; a page
// that names an option of last year costs them an evening. tests/unit/docs.test.ts asks this in every test run;
// scripts/check-docs.mjs also runs the commands.
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { posix } from "node:path";

/**
 * How the commands of a fenced `sh` block are checked; exactly one of these stands behind `sh`.
 * `run`: run in a fresh clone. `server`: the same, while a `rondo serve` that has reviewed octo/hello#1 is running.
 * `test`: run by `.ci/run`. `tested by=FILE`: that test runs it. `example`: holds values of the reader's own.
 * `needs=WHAT`: cannot run here; see NEEDS.
 */
const KINDS = ["run", "server", "test", "tested", "example"];

/** What a command may need that a test machine lacks. `by=PATH` names the script that runs it where it can be had. */
const NEEDS = ["docker", "kubernetes", "github", "root"];

/** One fenced block. `tags` are the words behind the language; `shows` are the lines of a `text shows` block after it. */
export function fencedBlocks(text) {
  const blocks = [];
  for (const node of nodesOf(parse(text), "code")) {
    const tags = (node.meta ?? "").split(/\s+/).filter(Boolean);
    const block = { lang: node.lang ?? "", tags, code: node.value, line: node.position.start.line, shows: [] };
    const before = blocks.at(-1);
    if (block.lang === "text" && tags.includes("shows") && before !== undefined) {
      before.shows = block.code.split("\n").filter((line) => line.trim() !== "");
    }
    blocks.push(block);
  }
  return blocks;
}

/** The value of `name=value` among a block's tags. */
export function tagValue(block, name) {
  return block.tags.find((tag) => tag.startsWith(`${name}=`))?.slice(name.length + 1);
}

/**
 * Sentences about everything that is wrong, each with its file and line. `pages` maps paths to texts. `facts`:
 * `exists(path)`, `isInSource(word)`, `commands` (name and options), `npmScripts`, `mustMention` (page → words with the
 * reason each must stand there).
 */
export function documentProblems(pages, facts) {
  const anchors = new Map([...pages].map(([file, text]) => [file, anchorsOf(text)]));
  const problems = [];
  for (const [file, text] of pages) {
    const say = (line, what) => problems.push(`${file}:${line}: ${what}`);
    checkBlocks(file, text, facts, say);
    checkLinks(file, text, { anchors, facts }, say);
    checkNames(text, facts, say);
  }
  for (const [file, words] of facts.mustMention) {
    const text = pages.get(file) ?? "";
    for (const [word, why] of words) {
      if (!text.includes(word)) problems.push(`${file}: ${word} is missing: ${why}`);
    }
  }
  return problems;
}

function checkBlocks(file, text, facts, say) {
  for (const block of fencedBlocks(text)) {
    const { lang, line } = block;
    if (lang === "") say(line, "a fenced block without a language: write `text`, or `sh` and how it is checked");
    if (["bash", "shell", "console", "zsh"].includes(lang)) say(line, `write \`sh\` instead of \`${lang}\``);
    if (lang === "sh") for (const problem of tagProblems(file, block, facts)) say(line, problem);
  }
}

function* tagProblems(file, block, facts) {
  const { tags } = block;
  const kinds = tags.filter((tag) => KINDS.includes(tag) || tag.startsWith("needs="));
  if (kinds.length !== 1) {
    yield `say how this block is checked: sh followed by one of ${KINDS.join(", ")}, needs=${NEEDS.join("|")}`;
  }
  const needs = tagValue(block, "needs") ?? "docker";
  if (!NEEDS.includes(needs)) yield `needs=${needs} is none of ${NEEDS.join(", ")}`;
  if (tags.includes("tested") && tagValue(block, "by") === undefined) yield "name the test: sh tested by=FILE";
  const by = tagValue(block, "by") ?? "README.md";
  if (!facts.exists(by)) yield `by=${by}: there is no such file`;
  if (tags.includes("test") && file !== "README.md") yield "only the README holds the test command of .ci/run";
  for (const tag of tags) if (!isKnownTag(tag)) yield `unknown tag ${tag}`;
}

function isKnownTag(tag) {
  return KINDS.includes(tag) || /^(?:needs=[a-z]+|by=\S+|exit=\d+)$/.test(tag);
}

function checkLinks(file, text, { anchors, facts }, say) {
  const tree = parse(text);
  const links = [...nodesOf(tree, "link"), ...nodesOf(tree, "image"), ...nodesOf(tree, "definition")];
  for (const { url, position } of links) {
    if (/^(?:https?:|mailto:)/.test(url)) continue;
    const [path, anchor] = decodeURI(url).split("#", 2);
    const target = path === "" ? file : posix.normalize(posix.join(posix.dirname(file), path));
    if (!anchors.has(target) && (target.startsWith("..") || !facts.exists(target))) {
      say(position.start.line, `dead link: ${url}`);
    } else if (anchor !== undefined && anchors.has(target) && !anchors.get(target).has(anchor)) {
      say(position.start.line, `no such heading: ${url}`);
    }
  }
}

/** Anchors that GitHub gives to headings: https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links */
function anchorsOf(text) {
  const anchors = new Set();
  for (const heading of nodesOf(parse(text), "heading")) {
    const slug = wordsOf(heading)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M} _-]/gu, "")
      .replaceAll(" ", "-");
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n += 1) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  for (const [, id] of text.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id);
  return anchors;
}

const PATH = /(?<![\w./$-])(?:src|docs|scripts|workers|deploy|tests|double|bench|\.ci)\/[\w./-]*\w/g;

function checkNames(text, facts, say) {
  for (const { value, line, isShell } of quoted(text)) {
    for (const [name] of value.matchAll(/(?<!~)\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)) {
      if (!facts.isInSource(name)) say(line, `${name} does not exist in the source`);
    }
    for (const [name] of value.matchAll(/\brondo_[a-z_]+\b/g)) {
      if (!facts.isInSource(name)) say(line, `the metric ${name} does not exist`);
    }
    for (const [, script] of value.matchAll(/\bnpm (?:--prefix \S+ )?run (?:-s |--silent )?([a-z][\w:-]*)/g)) {
      if (!facts.npmScripts.includes(script)) say(line, `package.json has no script ${script}`);
    }
    // `src/intent/read-…-event.ts` and `tests/*` mean several files.
    for (const [path] of value.matchAll(PATH)) {
      if (!/[…*]/.test(value) && !facts.exists(path)) say(line, `there is no ${path}`);
    }
    checkCommands(value, { line, isShell }, facts.commands, say);
  }
}

/** Every `rondo COMMAND --option`: in shell blocks anywhere, in running text where the quotation starts with it. */
function checkCommands(value, { line, isShell }, commands, say) {
  for (const [index, text] of value.replaceAll("\\\n", "  ").split("\n").entries()) {
    const from = isShell
      ? /(?:^|[\s(=])rondo +(?:-- +)?(?<words>[a-z](?:[^#|;&]|(?<=\S)#)*)/
      : /^rondo (?<words>[a-z].*)/;
    const words = from.exec(text)?.groups?.words.trim().split(/\s+/) ?? [];
    for (const problem of wordProblems(words, commands)) say(line + index, problem);
  }
}

function* wordProblems(words, commands) {
  const [name, ...rest] = words;
  if (name === undefined) return;
  const options = optionsOf(name, rest[0], commands);
  if (options === undefined) {
    yield `there is no command rondo ${name}`;
    return;
  }
  for (const word of rest) {
    const option = /^\[?--(?<name>[a-z][a-z-]*)/.exec(word)?.groups?.name ?? "help";
    if (option !== "help" && !Object.hasOwn(options, option)) yield `rondo ${name} has no option --${option}`;
  }
}

/** Options of `name next`, where `next` is a subcommand, else of `name`. */
function optionsOf(name, next, commands) {
  const command = commands.find((one) => one.name === name);
  const below = command?.subcommands?.find((one) => one.name === `${name} ${next}`);
  const meant = command?.shortcut?.looksLike.test(next ?? "")
    ? command.subcommands.find((one) => one.name === command.shortcut.to)
    : undefined;
  return (below ?? meant ?? command)?.options;
}

/** Inline code, and blocks of commands and settings, with the line they start on. */
function* quoted(text) {
  const tree = parse(text);
  for (const node of nodesOf(tree, "inlineCode")) {
    yield { value: node.value, line: node.position.start.line, isShell: false };
  }
  for (const node of nodesOf(tree, "code")) {
    const isShell = node.lang === "sh";
    if (isShell || ["yaml", "ini", "env"].includes(node.lang ?? "")) {
      yield { value: node.value, line: node.position.start.line + 1, isShell };
    }
  }
}

const trees = new Map();

function parse(text) {
  let tree = trees.get(text);
  if (tree === undefined) {
    tree = fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
    trees.set(text, tree);
  }
  return tree;
}

function* nodesOf(node, type) {
  if (node.type === type) yield node;
  for (const child of node.children ?? []) yield* nodesOf(child, type);
}

function wordsOf(node) {
  return node.value ?? (node.children ?? []).map(wordsOf).join("");
}
