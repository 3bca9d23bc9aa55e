// Reads a text that a person hands over, from a file or from standard input, and refuses what is no text: an empty answer
// and a broken one must not look like an answer that says nothing.
import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { UserError } from "../errors.ts";

/** Far above any reviewer's answer. */
const MAX_BYTES = 16 * 1024 * 1024;

/** What is wanted, for the advice in errors. `isEmptyFine`: an empty text is an answer too. */
export type WantedText = { notText: string; isEmptyFine?: boolean };

const REVIEW: WantedText = { notText: "Give the reviewer's final message as UTF-8 text." };

/**
 * The whole text, without its byte order mark; `source` is a stream or the path of a file. Throws UserError
 * INPUT_UNREADABLE, INPUT_TOO_LARGE, INPUT_EMPTY or INPUT_NOT_TEXT.
 */
export async function readText(source: string | Readable, wanted: WantedText = REVIEW): Promise<string> {
  const name = typeof source === "string" ? source : "Standard input";
  const bytes = await readAll(typeof source === "string" ? createReadStream(source) : source, name);
  const text = decode(bytes);
  if (text === null) {
    throw new UserError(`${name} is not text: it holds bytes that are no UTF-8.`, {
      code: "INPUT_NOT_TEXT",
      hint: wanted.notText,
    });
  }
  if (text.trim() === "" && wanted.isEmptyFine !== true) {
    throw new UserError(`${name} is empty.`, {
      code: "INPUT_EMPTY",
      hint: "An empty answer is no review. Check that the reviewer ended well and that its output went here.",
    });
  }
  return text;
}

async function readAll(stream: Readable, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      const bytes = Buffer.from(chunk);
      chunks.push(bytes);
      size += bytes.length;
      if (size > MAX_BYTES) break;
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new UserError(`${name} cannot be read: ${REASONS[code] ?? code}.`, {
      code: "INPUT_UNREADABLE",
      cause: error,
    });
  }
  if (size > MAX_BYTES) {
    throw new UserError(`${name} has more than ${MAX_BYTES / 1024 / 1024} MiB.`, { code: "INPUT_TOO_LARGE" });
  }
  return Buffer.concat(chunks);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EISDIR: "it is a folder",
  EACCES: "permission denied",
  ENOTDIR: "there is no such file",
};

/** UTF-8, or UTF-16 with its mark, as some shells write it; null for anything else. */
function decode(bytes: Buffer): string | null {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  try {
    const text = new TextDecoder(isUtf16 ? "utf-16le" : "utf-8", { fatal: true }).decode(bytes);
    return text.includes("\0") ? null : text;
  } catch {
    return null;
  }
}
