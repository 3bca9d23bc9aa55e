// Reads the App's private key in the shapes people have it in: the PEM file GitHub offers for download, its text with
// real or written line breaks, or base64 of it. A key that cannot be used is refused here, not at the first API call.
// Source: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/managing-private-keys-for-github-apps
import { createPrivateKey } from "node:crypto";
import { readFileSync, statSync } from "node:fs";

/** The key as PEM text and things worth a warning, or what is wrong and what to do. */
export type AppKey = { pem: string; warnings: readonly string[] } | { problem: string; todo: string };

/** Reads the value of PRIVATE_KEY: PEM, PEM with `\n` written out, or base64 of a PEM. Never repeats the value. */
export function readAppKey(value: string): AppKey {
  const pem = asPem(value.trim());
  if (pem === undefined) {
    return {
      problem: "is not a private key: it holds no line `-----BEGIN … PRIVATE KEY-----`",
      todo: "Use the .pem file that GitHub offered for download, as it is, with \\n for line breaks, or in base64.",
    };
  }
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType !== "rsa") {
      return {
        problem: "is not an RSA key",
        todo: "GitHub App keys are RSA: generate one on the App's settings page.",
      };
    }
  } catch {
    // OpenSSL's own words say nothing to a reader, and might quote the key.
    return {
      problem: "cannot be read as a private key: it is cut, damaged or protected by a password",
      todo: "Generate a new key on the App's settings page and use the downloaded file unchanged.",
    };
  }
  return { pem, warnings: [] };
}

/** Reads the file that PRIVATE_KEY_PATH names. A file that others may read is used, with a warning. */
export function readAppKeyFile(path: string): AppKey {
  let text: string;
  let mode: number;
  try {
    text = readFileSync(path, "utf8");
    mode = statSync(path).mode;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return {
      problem: `names a file that cannot be read: ${path} (${code})`,
      todo: "Give the path of the downloaded .pem file and make it readable for the user Rondo runs as.",
    };
  }
  const key = readAppKey(text);
  if ("problem" in key || (mode & 0o077) === 0) return key;
  const shown = (mode & 0o777).toString(8).padStart(4, "0");
  return { pem: key.pem, warnings: [`${path} is open to other users (mode ${shown}). Run: chmod 600 ${path}`] };
}

function asPem(value: string): string | undefined {
  const candidates = [value, value.replaceAll("\\n", "\n"), Buffer.from(value, "base64").toString("utf8")];
  return candidates.map((text) => text.trim()).find((text) => BEGIN.test(text) && text.includes("\n"));
}

const BEGIN = /^-----BEGIN (?:RSA )?PRIVATE KEY-----/;
