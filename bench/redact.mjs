// How much of a known secret the scanner catches, and what it costs: forms caught of total, MB/s, time of a log line.
//
//   node scripts/build.mjs && node bench/redact.mjs [--json]
//
// Each form is planted 40 times, with other secrets and at other places. A form counts as caught when no 16 characters
// in a row of the secret or of its spelling are left.
import { createHash, randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { maskSecrets, registerSecret } from "../dist/src/mask-secrets.js";
import { createRedactor } from "../dist/src/redact.js";

const redact = createRedactor({ homes: ["/var/lib/rondo"] });
const TRIES = 40;

const join = (text, between) => Array.from(text).join(between);
const codes = (text, write) => Array.from(text, (one) => write(one.codePointAt(0))).join("");
const forms = {
  raw: (s) => s,
  "first 7 characters cut": (s) => s.slice(7),
  "20 characters from the middle": (s) => s.slice(9, 29),
  "in double quotes, JSON": (s) => JSON.stringify({ s }),
  "JSON in JSON in JSON": (s) => JSON.stringify(JSON.stringify(JSON.stringify({ s }))),
  "URL-encoded": (s) => encodeURIComponent(s),
  "every byte URL-encoded": (s) => codes(s, (code) => `%${code.toString(16)}`),
  "base64, offset 0": (s) => Buffer.from(s).toString("base64"),
  "base64, offset 1": (s) => Buffer.from(`x${s}`).toString("base64"),
  "base64, offset 2": (s) => Buffer.from(`xy${s}`).toString("base64"),
  "base64, URL-safe": (s) => Buffer.from(`user:${s}`).toString("base64url"),
  "base64, URL-encoded": (s) => encodeURIComponent(Buffer.from(s).toString("base64")),
  "base64 in lines of 20": (s) =>
    Buffer.from(s)
      .toString("base64")
      .replace(/(.{20})/g, "$1\n"),
  "base64 of base64": (s) => Buffer.from(Buffer.from(s).toString("base64")).toString("base64"),
  "base64 of UTF-16": (s) => Buffer.from(s, "utf16le").toString("base64"),
  hexadecimal: (s) => Buffer.from(s).toString("hex"),
  "hexadecimal, upper case": (s) => Buffer.from(s).toString("hex").toUpperCase(),
  "hexadecimal, with colons": (s) => Buffer.from(s).toString("hex").match(/../g).join(":"),
  reversed: (s) => Array.from(s).toReversed().join(""),
  rot13: (s) =>
    s.replace(/[a-z]/gi, (c) =>
      String.fromCharCode(((c.charCodeAt(0) - (c < "a" ? 65 : 97) + 13) % 26) + (c < "a" ? 65 : 97)),
    ),
  spaced: (s) => join(s, " "),
  "zero-width characters between": (s) => join(s, "\u200b"),
  "one character a line": (s) => join(s, "\n"),
  "in lines of 7": (s) => s.replace(/(.{7})/g, "$1\n"),
  "over two table cells": (s) => `| ${s.slice(0, 18)} | ${s.slice(18)} |`,
  "over two code spans": (s) => `\`${s.slice(0, 18)}\` \`${s.slice(18)}\``,
  "dashes between": (s) => join(s, "-"),
  "HTML entities, decimal": (s) => codes(s, (code) => `&#${code};`),
  "HTML entities, hexadecimal": (s) => codes(s, (code) => `&#x${code.toString(16)};`),
  "JavaScript escapes \\u": (s) => codes(s, (code) => `\\u${code.toString(16).padStart(4, "0")}`),
  "JavaScript escapes \\x": (s) => codes(s, (code) => `\\x${code.toString(16)}`),
  "list of character codes": (s) => `[${Array.from(s, (c) => c.charCodeAt(0)).join(", ")}]`,
  "12 characters of it": (s) => s.slice(3, 15),
  "every second character": (s) =>
    Array.from(s)
      .filter((_, n) => n % 2 === 0)
      .join(""),
  "one character per sentence": (s) => join(s, " is the next, then "),
  "compressed, base64": (s) => gzipSync(s).toString("base64"),
};

const secrets = Array.from({ length: TRIES }, (_, n) => (n % 2 === 0 ? `ghs_${token(36)}` : token(48)));
for (const secret of secrets) registerSecret(secret);

const caught = Object.entries(forms).map(([form, write]) => {
  const hits = secrets.filter((secret, n) => {
    const spelled = write(secret);
    const { text, hits: found } = redact(`${"word ".repeat(n)}(${spelled}) end`);
    return found.length > 0 && !text.includes(spelled.slice(4, 20));
  });
  return { form, caught: hits.length === TRIES };
});

const prose = source(4_000_000);
const line = `${JSON.stringify({ level: "info", time: new Date().toISOString(), process: "worker", delivery: "5f6a", event: "pull_request", msg: "Delivery accepted" })}\n`;
const figures = {
  forms: caught.length,
  caught: caught.filter((one) => one.caught).length,
  missed: caught.filter((one) => !one.caught).map((one) => one.form),
  mbPerSecond: Math.round(prose.length / 1e6 / best(() => redact(prose))),
  mbPerSecondKnownOnly: Math.round(prose.length / 1e6 / best(() => maskSecrets(prose))),
  microsecondsPerLogLine:
    Math.round(
      (best(() => {
        for (let n = 0; n < 20_000; n++) redact(line);
      }) /
        20_000) *
        1e7,
    ) / 10,
  microsecondsPerSecretRegistered: Math.round(
    (best(() => {
      for (let n = 0; n < 500; n++) registerSecret(token(60));
    }) /
      500) *
      1e6,
  ),
  secretsKnown: 400,
  mbPerSecondWith400Secrets: Math.round(prose.length / 1e6 / best(() => maskSecrets(prose))),
};

if (process.argv.includes("--json")) process.stdout.write(`${JSON.stringify(figures)}\n`);
else {
  for (const one of caught) process.stdout.write(`${one.caught ? "caught" : "MISSED"}  ${one.form}\n`);
  process.stdout.write(`\n${figures.caught} of ${figures.forms} forms caught\n`);
  process.stdout.write(
    `${figures.mbPerSecond} MB/s with patterns and paths, ${figures.mbPerSecondKnownOnly} MB/s known values only\n`,
  );
  process.stdout.write(`${figures.mbPerSecondWith400Secrets} MB/s with 400 secrets known\n`);
  process.stdout.write(
    `${figures.microsecondsPerLogLine} µs a log line, ${figures.microsecondsPerSecretRegistered} µs to register a secret\n`,
  );
}

function token(length) {
  return randomBytes(length)
    .toString("base64")
    .replaceAll(/[^A-Za-z0-9]/g, "")
    .padEnd(length, "k7Q")
    .slice(0, length);
}

/** Text in the likeness of a review with code, the same in each run. */
function source(length) {
  let text = "";
  for (let n = 0; text.length < length; n++) {
    const word = createHash("sha256").update(String(n)).digest("hex").slice(0, 7);
    text += `  const value${n} = await read("${word}", { limit: ${n} }); // see src/read.ts:${n} and https://example.com/${word}\n`;
  }
  return text;
}

function best(work) {
  let least = Infinity;
  for (let n = 0; n < 3; n++) {
    const start = performance.now();
    work();
    least = Math.min(least, (performance.now() - start) / 1000);
  }
  return least;
}
