// What runs on other people's machines when they install or build: package.json scripts and Dockerfiles.
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import type { Hit, OwnRule } from "../rule.ts";
import type { SourceFile } from "../source-file.ts";

/** Scripts that npm runs by itself. Source: https://docs.npmjs.com/cli/v11/using-npm/scripts#life-cycle-operation-order */
const INSTALL_SCRIPTS = ["preinstall", "install", "postinstall"];

const FETCHES_OR_HIDES =
  /\b(?:curl|wget|iwr|Invoke-WebRequest|nc)\b|https?:\/\/|base64\b|\beval\b|node\s+(?:-e|--eval|-p)\b|python3?\s+-c\b|powershell|bash\s+-c|\/dev\/tcp/i;

export const installScriptFetches: OwnRule = {
  id: "install-script-fetches",
  engine: "own",
  priority: "P1",
  languages: ["package-json"],
  title: "Do not fetch or hide code in an install script",
  why: "npm runs this on every machine that installs the package, with the rights of that user. A download or an inline program there is how most malicious packages start.",
  example: {
    path: "package.json",
    bad: '{\n  "name": "a",\n  "scripts": {\n    "postinstall": "curl -s https://example.com/s.sh | sh"\n  }\n}\n',
    good: '{\n  "name": "a",\n  "scripts": {\n    "build": "curl -s https://example.com/s.sh",\n    "test": "node -e 1"\n  }\n}\n',
  },
  check: (file) =>
    scriptsOf(file)
      .filter(({ name, text }) => INSTALL_SCRIPTS.includes(name) && FETCHES_OR_HIDES.test(text))
      .map(({ hit }) => hit),
};

export const installScriptAdded: OwnRule = {
  id: "install-script-added",
  engine: "own",
  priority: "P3",
  languages: ["package-json"],
  title: "Confirm that this install script is wanted",
  why: "From this change on npm runs it on every machine that installs the package.",
  example: {
    path: "packages/a/package.json",
    bad: '{\n  "name": "a",\n  "scripts": {\n    "postinstall": "node tools/setup.js"\n  }\n}\n',
    good: '{\n  "name": "a",\n  "scripts": {\n    "prepare": "tsc"\n  }\n}\n',
  },
  check: (file) =>
    scriptsOf(file)
      .filter(({ name, text }) => INSTALL_SCRIPTS.includes(name) && !FETCHES_OR_HIDES.test(text))
      .map(({ hit }) => hit),
};

export const dockerfilePipeToShell: OwnRule = {
  id: "dockerfile-pipe-to-shell",
  engine: "own",
  priority: "P3",
  languages: ["dockerfile"],
  title: "Verify the download before running it",
  why: "The image runs whatever the server sends on the day of the build, and `curl | sh` goes on after a broken transfer. Download, compare a checksum, then run.",
  example: {
    path: "Dockerfile",
    bad: "FROM debian:12\nRUN curl -fsSL https://example.com/install.sh | bash\n",
    good: "FROM debian:12\nRUN curl -fsSLo i.sh https://example.com/install.sh \\\n && echo 'abc  i.sh' | sha256sum -c && sh i.sh\n",
  },
  check: (file) =>
    linesMatching(file, /\b(?:curl|wget)\b[^|;&#]*\|\s*(?:sudo\s+)?(?:-\S+\s+)*(?:ba|z|da)?sh\b/).filter(
      ({ line }) => !/^\s*#/.test(file.lines[line - 1] ?? ""),
    ),
};

export const dockerfileSecret: OwnRule = {
  id: "dockerfile-secret",
  engine: "own",
  priority: "P2",
  languages: ["dockerfile"],
  title: "Keep the secret out of the image",
  why: "`ENV` and `ARG` defaults stay readable in the image's layers and history for everybody who can pull it. Mount it with `RUN --mount=type=secret` or pass it at run time.",
  example: {
    path: "deploy/Dockerfile",
    bad: "FROM debian:12\nENV DB_PASSWORD=hunter2-prod\n",
    good: "FROM debian:12\nARG DB_PASSWORD\nENV DB_PASSWORD_FILE=/run/secrets/db TOKEN=\n",
  },
  check: (file) =>
    linesMatching(
      file,
      /^\s*(?:ENV|ARG)\s+\w*(?:PASSWORD|PASSWD|SECRET|API_?KEY|ACCESS_?TOKEN|PRIVATE_?KEY|AUTH_?TOKEN)[= ]["']?(?!\$|["']?\s*$|changeme|dummy|placeholder|none|null|false|true|x+\b)[^\s"']{6,}/i,
    ),
};

function linesMatching(file: SourceFile, pattern: RegExp): Hit[] {
  return file.lines.flatMap((line, index) => (pattern.test(line) ? [{ line: index + 1, endLine: index + 1 }] : []));
}

/** Entries of `scripts`. JSON is read as YAML because that parser keeps line numbers. */
function scriptsOf(file: SourceFile): { name: string; text: string; hit: Hit }[] {
  const counter = new LineCounter();
  const { contents } = parseDocument(file.text, { lineCounter: counter, logLevel: "silent" });
  if (!isMap(contents)) return [];
  const scripts = contents.items.find((pair) => isScalar(pair.key) && pair.key.value === "scripts")?.value;
  if (!isMap(scripts)) return [];
  return scripts.items.flatMap(({ key, value }) => {
    if (!isScalar(key) || !isScalar(value)) return [];
    const { line } = counter.linePos(key.range?.[0] ?? 0);
    return [{ name: String(key.value), text: String(value.value), hit: { line, endLine: line } }];
  });
}
