// What an editor shows of .github/rondo.yml: drives a real YAML language server over stdio with docs/rondo.schema.json and
// prints completion, hover and problems; exit 1 when one of them is poor. Run by hand, because the server is no dependency:
//   npm install --prefix /tmp/yaml-ls --ignore-scripts yaml-language-server@1.19.2
//   node scripts/editor-check.mjs /tmp/yaml-ls/node_modules/.bin/yaml-language-server
import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = resolve(fileURLToPath(new URL("..", import.meta.url)));
const binary = process.argv[2];
if (binary === undefined) {
  process.stderr.write("usage: node scripts/editor-check.mjs PATH_OF_yaml-language-server\n");
  process.exit(2);
}

const schema = pathToFileURL(join(root, "docs", "rondo.schema.json")).href;
const server = spawn(process.execPath, [resolve(binary), "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
const waiting = new Map();
const problems = new Map();
let serial = 0;
let unread = Buffer.alloc(0);

server.stdout.on("data", (chunk) => {
  unread = Buffer.concat([unread, chunk]);
  for (;;) {
    const end = unread.indexOf("\r\n\r\n");
    const length = Number(/Content-Length: (\d+)/i.exec(unread.subarray(0, Math.max(0, end)).toString())?.[1]);
    if (end === -1 || unread.length < end + 4 + length) return;
    const message = JSON.parse(unread.subarray(end + 4, end + 4 + length).toString("utf8"));
    unread = unread.subarray(end + 4 + length);
    read(message);
  }
});

function read(message) {
  if (message.method === "textDocument/publishDiagnostics")
    problems.get(message.params.uri)?.(message.params.diagnostics);
  else if (message.method === undefined) waiting.get(message.id)?.(message.result);
  // Questions of the server (workspace/configuration and the like) want an answer, whatever it says.
  else if (message.id !== undefined) send({ id: message.id, result: message.params?.items?.map(() => null) ?? null });
}

function send(message) {
  const text = JSON.stringify({ jsonrpc: "2.0", ...message });
  server.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}

function ask(method, params) {
  serial += 1;
  const id = serial;
  send({ id, method, params });
  return new Promise((answer) => {
    waiting.set(id, answer);
  });
}

/** Opens a file whose first line names the schema; `|` marks the cursor. */
async function open(text) {
  const whole = `# yaml-language-server: $schema=${schema}\n${text}`;
  const before = whole.slice(0, whole.includes("|") ? whole.indexOf("|") : whole.length).split("\n");
  const uri = `file:///tmp/editor-check-${(serial += 1)}.yml`;
  const told = new Promise((answer) => {
    problems.set(uri, answer);
  });
  send({
    method: "textDocument/didOpen",
    params: { textDocument: { uri, languageId: "yaml", version: 1, text: whole.replace("|", "") } },
  });
  const diagnostics = await told;
  const at = { textDocument: { uri }, position: { line: before.length - 1, character: before.at(-1).length } };
  return { at, diagnostics: diagnostics.map(({ message, range }) => `${range.start.line}: ${message}`) };
}

async function complete(text) {
  const { items } = await ask("textDocument/completion", (await open(text)).at);
  return items.map(({ label }) => label);
}

async function hover(text) {
  const answer = await ask("textDocument/hover", (await open(text)).at);
  return answer === null ? "" : (answer.contents.value ?? String(answer.contents));
}

let poor = 0;
function expectIn(what, shown, ...wanted) {
  const text = Array.isArray(shown) ? shown.join(" · ") : shown;
  const missing = wanted.filter((one) => !(one instanceof RegExp ? one.test(text) : Array.from(shown).includes(one)));
  if (missing.length > 0) poor += 1;
  process.stdout.write(
    `${missing.length === 0 ? "ok  " : "POOR"} ${what}: ${text.replaceAll("\n", " ").slice(0, 400)}\n`,
  );
  if (missing.length > 0) process.stdout.write(`     missing: ${missing.join(", ")}\n`);
}

await ask("initialize", {
  processId: process.pid,
  rootUri: null,
  capabilities: { textDocument: { completion: { completionItem: { snippetSupport: true } }, hover: {} } },
});
send({ method: "initialized", params: {} });
send({
  method: "workspace/didChangeConfiguration",
  params: { settings: { yaml: { completion: true, hover: true, validate: true, schemaStore: { enable: false } } } },
});

expectIn("top-level keys", await complete("|"), "max_rounds", "triggers", "reviewers", "blocking_priorities", "paths");
expectIn("a key half written", await complete("max|"), "max_rounds", "max_inline_comments");
expectIn("keys of an object", await complete("triggers:\n  |"), "opened", "synchronize", "debounce_seconds");
expectIn("values of an enum", await complete("transcript: |"), "compact", "full");
expectIn("values in a list", await complete("blocking_priorities:\n  - |"), "P0", "P1", "P2", "P3");
expectIn("true and false", await complete("badges: |"), "true", "false");
expectIn("number or word", await complete("max_rounds: |"), "unlimited");
expectIn("hover on a key", await hover("max_ro|unds: 5\n"), /rounds/i);
expectIn("hover on an inner key", await hover("triggers:\n  debo|unce_seconds: 5\n"), /second/i);
expectIn("a wrong type", (await open("badges: 7\n")).diagnostics, /1: Incorrect type/);
expectIn("a wrong value", (await open("transcript: short\n")).diagnostics, /compact/);
expectIn("a number out of range", (await open("max_rounds: -3\n")).diagnostics, /1: /);
expectIn("an unknown key", (await open("max_round: 5\n")).diagnostics, /max_round/);
expectIn("an unknown inner key", (await open("triggers:\n  opend: true\n")).diagnostics, /opend/);
const fine = (await open("max_rounds: 5\nblocking_priorities: [P0, P1]\nignore_authors: [x]\ntriggers:\n  label: y\n"))
  .diagnostics;
if (fine.length > 0) poor += 1;
process.stdout.write(`${fine.length === 0 ? "ok  " : "POOR"} five good lines: ${fine.join("; ") || "no problem"}\n`);

server.kill();
process.exit(poor === 0 ? 0 : 1);
