// The three settings of a new App as text that every way of starting Rondo reads alike: `.env` of Node, `--env-file` of
// Docker and of Compose. They differ in how they treat quotes and line breaks, so the key stands in base64, on one line.
import { constants } from "node:fs";
import { access, chmod, lstat, open, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { UserError } from "../errors.ts";
import type { CreatedApp } from "../github/convert-manifest.ts";

/** Lines `NAME=value`; comments say which App it is and which process needs what. */
export function settingsText(app: CreatedApp): string {
  const secret = app.webhookSecret ?? "";
  return `# The GitHub App ${oneLine(app.name)}: ${app.pageUrl}
# For web and for serve.
WEBHOOK_SECRET=${oneLine(secret)}
# For the worker and for serve. PRIVATE_KEY is the .pem file in base64.
APP_ID=${app.appId}
PRIVATE_KEY=${Buffer.from(app.privateKey).toString("base64")}
`;
}

/** Throws UserError SETTINGS_FILE_TAKEN or SETTINGS_FILE_NOT_WRITABLE before an App is created whose key has no place. */
export async function checkSettingsFile(path: string): Promise<string> {
  const file = resolve(path);
  const isThere = await lstat(file).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === "ENOENT") return false;
      throw notWritable(file, codeOf(error));
    },
  );
  if (isThere) {
    throw new UserError(`${file} exists already; Rondo overwrites no file.`, {
      code: "SETTINGS_FILE_TAKEN",
      hint: "Name a new file, or move the old one away.",
    });
  }
  await access(dirname(file), constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw notWritable(file, codeOf(error));
  });
  return file;
}

/** Writes the settings, readable for this user only. Never overwrites. Throws the errors of `checkSettingsFile`. */
export async function writeSettingsFile(file: string, text: string): Promise<void> {
  const opened = await open(file, "wx", 0o600).catch((error: unknown) => {
    throw notWritable(file, codeOf(error));
  });
  try {
    await opened.writeFile(text);
    await opened.sync();
    // A process may run with a umask that takes even the owner's rights.
    await chmod(file, 0o600);
  } catch (error) {
    await rm(file, { force: true });
    throw notWritable(file, codeOf(error));
  } finally {
    await opened.close();
  }
}

function notWritable(file: string, reason: string): UserError {
  return new UserError(`The settings cannot be written to ${file} (${reason}).`, {
    code: "SETTINGS_FILE_NOT_WRITABLE",
    hint: "Name a file in a folder that the user Rondo runs as may write.",
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+/g, " ");
}
