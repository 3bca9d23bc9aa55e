// Text that becomes a command, a query or a secret check in JavaScript and TypeScript.
import type { SgNode } from "@ast-grep/napi";
import { SCRIPT, type OwnRule } from "../rule.ts";
import type { SourceFile } from "../source-file.ts";
import {
  argumentsOf,
  enclosing,
  callsOf,
  endsAtSqlValue,
  escapeRegExp,
  fieldText,
  hitAt,
  nodesMatching,
  nodesOf,
  SCRIPT_FUNCTIONS,
} from "../syntax.ts";

export const sqlFromTemplate: OwnRule = {
  id: "sql-from-template",
  engine: "own",
  priority: "P1",
  languages: SCRIPT,
  title: "Bind the value as a query parameter",
  why: "The value is pasted into the SQL text. A quote in it ends the string, and the rest runs as SQL.",
  example: {
    path: "src/users.ts",
    bad: "export const byName = (db: Db, name: string) => db.query(`SELECT * FROM users WHERE name = '${name}'`);\n",
    good: "export const byName = (db: Db, name: string) => db.query('SELECT * FROM users WHERE name = $1', [name]);\nexport const all = (db: Db) => db.query(`SELECT * FROM ${TABLE} WHERE id IN (${ids.map(() => '?').join()})`);\nexport const safe = (name: string) => sql.query(sql`SELECT * FROM users WHERE name = ${name}`);\n",
  },
  check(file) {
    if (file.isTest) return [];
    return callsOf(file, SQL_METHODS).flatMap((call) => {
      const [first] = argumentsOf(call);
      if (first === undefined || !first.is("template_string")) return [];
      return pastedValues(first).map((node) => hitAt(node));
    });
  },
};

const SQL_METHODS = String.raw`\.(query|execute|exec|raw|run|get|all|prepare|\$queryRawUnsafe|\$executeRawUnsafe|queryRaw)$`;

/** Substitutions that stand where SQL expects a value and are not plainly harmless. */
function pastedValues(template: SgNode): SgNode[] {
  const start = template.range().start.index;
  return template
    .children()
    .filter((node) => node.is("template_substitution"))
    .filter((node) => endsAtSqlValue(template.text().slice(0, node.range().start.index - start)))
    .filter((node) => !isHarmless(node.text().slice(2, -1).trim()))
    .slice(0, 1);
}

/** Constants, numbers, placeholder lists and values that an escaping function made. */
function isHarmless(expression: string): boolean {
  return (
    /^(?:[A-Z][A-Z0-9_]*|[\w$.]*\.[A-Z][A-Z0-9_]+|-?\d+)$/.test(expression) ||
    /^(?:Number|parseInt|parseFloat|Math\.\w+|\w*(?:escape|quote|placeholder|sanitize|param|literal|ident)\w*)\b/i.test(
      expression,
    ) ||
    /(?:placeholders?|\.(?:escape|format|raw|length|size)\b|'\?'|"\?"|\$\{|\bjoin\()/i.test(expression) ||
    /(?:table|column|field|schema|where|clause|condition|order|sql|query|limit|offset|index|count|now|date|timestamp|interval)\w*$/i.test(
      expression,
    )
  );
}

export const shellFromTemplate: OwnRule = {
  id: "shell-from-template",
  engine: "own",
  priority: "P2",
  languages: SCRIPT,
  title: "Pass the value as an argument, not as shell text",
  why: "`exec` hands the whole line to a shell, so a space, quote or `;` in the value changes the command. Use `execFile` or `spawn` with an argument list.",
  example: {
    path: "src/thumbnail.js",
    bad: "import { exec } from 'node:child_process';\nexport function shrink(file) {\n  exec(`convert ${file} -resize 100 out.png`);\n}\n",
    good: "import { execFile, exec } from 'node:child_process';\nexport function shrink(file) {\n  execFile('convert', [file, '-resize', '100', 'out.png']);\n  exec(`convert ${DEFAULT_FILE} out.png`);\n}\n",
  },
  check(file) {
    if (file.isTest || /(?:^|\/)(?:scripts?|build|tools?|ci|dev|release)\//.test(file.path)) return [];
    if (!/["'](?:node:)?child_process["']/.test(file.text)) return [];
    return callsOf(file, String.raw`\bexec`).flatMap((call) => {
      if (
        !/^(?:exec|execSync|execAsync|child_process\.exec(?:Sync)?|cp\.exec(?:Sync)?)$/.test(
          fieldText(call, "function"),
        )
      )
        return [];
      const [first] = argumentsOf(call);
      const owner = enclosing(call, SCRIPT_FUNCTIONS);
      if (first === undefined || owner === undefined || !first.is("template_string")) return [];
      const isPasted = nodesOf(first, "template_substitution").some((node) =>
        isParameterOf(owner, node.text().slice(2, -1)),
      );
      return isPasted ? [hitAt(first)] : [];
    });
  },
};

/** True when the expression is a parameter of the function, or a member of one, without a quoting call around it. */
function isParameterOf(owner: SgNode, expression: string): boolean {
  const name = /^\s*(?<name>[a-z_$][\w$]*)(?:\.\w+)*\s*$/.exec(expression)?.groups?.["name"];
  if (
    name === undefined ||
    /(?:pid|port|count|version|timeout|size|width|height|index|quoted|escaped|flags?|command|cmd|args?)$/i.test(
      expression,
    )
  )
    return false;
  const parameters = fieldText(owner, "parameters") || fieldText(owner, "parameter");
  return new RegExp(`(?<![\\w$:])${escapeRegExp(name)}(?![\\w$])(?!\\s*:\\s*(?:number|boolean))`).test(parameters);
}

export const evaluatedInput: OwnRule = {
  id: "evaluated-input",
  engine: "own",
  priority: "P1",
  languages: SCRIPT,
  title: "Do not run request data as code",
  why: "`eval` and `new Function` run whatever the sender writes, with all rights of this program.",
  example: {
    path: "src/calc.js",
    bad: "export function calc(req, res) {\n  res.send(eval(req.query.term));\n}\n",
    good: "export function calc(req, res) {\n  res.send(evaluate(parse(req.query.term)));\n}\n",
  },
  check: (file) =>
    [
      ...callsOf(file, String.raw`^(eval|Function|vm\.runIn\w+)$`),
      ...nodesMatching(file, "new_expression", String.raw`^new Function\(`),
    ].flatMap((call) => {
      const [first] = argumentsOf(call);
      return /^`?[^]*\b(?:req|request|ctx|event)\.(?:query|body|params|queryStringParameters)\b/.test(
        first?.text() ?? "",
      ) && first?.is("arrow_function") !== true
        ? [hitAt(call)]
        : [];
    }),
};

export const tlsCheckOff: OwnRule = {
  id: "tls-check-off",
  engine: "own",
  priority: "P2",
  languages: [...SCRIPT, "python", "go"],
  title: "Leave certificate checks on",
  why: "Without the check anybody between the two sides can read and change the traffic. Trust your own authority with a CA option instead.",
  example: {
    path: "src/client.ts",
    bad: "import https from 'node:https';\nexport const agent = new https.Agent({ rejectUnauthorized: false });\n",
    good: "import https from 'node:https';\nexport const agent = (insecure: boolean) => new https.Agent({ rejectUnauthorized: !insecure });\n",
  },
  check(file) {
    if (file.isTest) return [];
    if (file.languages.has("python") || file.languages.has("go")) return matchingLines(file, tlsPatternOf(file));
    if (!/rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED/.test(file.text)) return [];
    return nodesOf(file, "pair", "assignment_expression").flatMap((node) =>
      /^(?:rejectUnauthorized["']?\s*:\s*false|process\.env[.[]["']?NODE_TLS_REJECT_UNAUTHORIZED["']?\]?\s*=\s*["']?0["']?)$/.test(
        node.text(),
      )
        ? [hitAt(node)]
        : [],
    );
  },
};

function tlsPatternOf(file: SourceFile): RegExp {
  if (file.languages.has("go")) return /^(?!\s*\/\/).*\bInsecureSkipVerify:\s*true\b/;
  return /^(?!\s*#).*(?:\b(?:requests|httpx|session|client)\.\w+\([^#]*\bverify\s*=\s*False\b|\bssl\._create_unverified_context\b|^\s+verify=False,?\s*$|\.verify_mode\s*=\s*ssl\.CERT_NONE\b)/;
}

export const weakPasswordHash: OwnRule = {
  id: "weak-password-hash",
  engine: "own",
  priority: "P1",
  languages: [...SCRIPT, "python", "go"],
  title: "Hash passwords with a slow, salted function",
  why: "A fast hash lets an attacker who gets the table try billions of passwords per second. Use argon2, scrypt or bcrypt.",
  example: {
    path: "src/login.js",
    bad: "import { createHash } from 'node:crypto';\nexport const digest = (password) => createHash('sha256').update(password).digest('hex');\n",
    good: "import { createHash, scryptSync } from 'node:crypto';\nexport const digest = (password, salt) => scryptSync(password, salt, 64);\nexport const etag = (body) => createHash('sha1').update(body).digest('hex');\n",
  },
  check(file) {
    // A fast hash in front of a slow one only shortens long passwords.
    if (file.isTest || /bcrypt|argon2|scrypt|pbkdf2/i.test(file.text)) return [];
    return callsOf(file, String.raw`\.update$|^hashlib\.|\.Sum(256)?$`).flatMap((call) =>
      FAST_HASH_OF_PASSWORD.test(call.text()) ? [hitAt(call)] : [],
    );
  },
};

const FAST_HASH_OF_PASSWORD =
  /^(?:(?:crypto\.)?createHash\(\s*["'](?:md5|sha-?1|sha-?256|sha-?512)["']\s*\)\s*\.update\(\s*[^()]*\b\w*(?:password|passwd|passphrase)\s*(?:,[^()]*)?\)|hashlib\.(?:md5|sha1|sha256|sha512)\(\s*(?:[^()]*[^()\w])?\w*(?:password|passwd)(?:\.encode\([^()]*\))?\s*\)|(?:md5|sha1|sha256)\.Sum(?:256)?\(\[\]byte\(\s*\w*(?:password|passwd)\s*\)\))$/i;

export const signatureComparedInTime: OwnRule = {
  id: "signature-compared-by-equality",
  engine: "own",
  priority: "P2",
  languages: [...SCRIPT, "python"],
  title: "Compare the signature in constant time",
  why: "An ordinary comparison stops at the first difference, and the time it takes tells an attacker how much of a forged signature is right. Use `crypto.timingSafeEqual` or `hmac.compare_digest`.",
  example: {
    path: "src/hook.py",
    bad: "import hmac\ndef verify(key, body, signature):\n    expected = hmac.new(key, body, 'sha256').hexdigest()\n    return expected == signature\n",
    good: "import hmac\ndef verify(key, body, signature):\n    expected = hmac.new(key, body, 'sha256').hexdigest()\n    return hmac.compare_digest(expected, signature)\n",
  },
  check(file) {
    if (file.isTest) return [];
    const made =
      /(?<name>\w+)\s*(?::\s*\w+\s*)?=\s*[^;=]*?(?:createHmac\([^;]{0,400}?\.digest\(|hmac\.new\([^;]{0,300}?(?:hex)?digest\()/g;
    const names = new Set([...file.text.matchAll(made)].map((match) => match.groups?.["name"] ?? ""));
    if (names.size === 0) return [];
    const kind = file.languages.has("python") ? "comparison_operator" : "binary_expression";
    return nodesMatching(file, kind, String.raw`[!=]=`).flatMap((node) => {
      const sides = /^(?<left>[^]*?)\s*[!=]==?\s*(?<right>[^]*)$/.exec(node.text())?.groups;
      if (sides === undefined) return [];
      const both = [sides["left"] ?? "", sides["right"] ?? ""];
      if (both.some((side) => /^(?:null|undefined|None|["'].*["']|\d+)$/.test(side) || /\.length$|^typeof /.test(side)))
        return [];
      return both.some((side) => isDigest(side, names)) ? [hitAt(node)] : [];
    });
  },
};

function isDigest(expression: string, names: ReadonlySet<string>): boolean {
  if (names.has(expression)) return true;
  const pasted = /\$\{(?<name>\w+)\}/.exec(expression)?.groups?.["name"];
  return pasted !== undefined && names.has(pasted);
}

function matchingLines(file: SourceFile, pattern: RegExp): ReturnType<typeof hitAt>[] {
  return file.lines.flatMap((line, index) => (pattern.test(line) ? [{ line: index + 1, endLine: index + 1 }] : []));
}
