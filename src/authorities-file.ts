// Git takes its certificate authorities from one file, which replaces the system's. So where the operator adds some, Rondo
// writes a file with the well-known ones and those: git then trusts exactly what Rondo's own requests trust.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { trustedAuthorities } from "./github/create-fetch.ts";
import { ensureFolder, writeAtomic } from "./store/atomic-write.ts";

/**
 * Path of the file for git, written when it is not there; null without authorities of one's own: git keeps the system's.
 * The name is made from the content, so that workers with different settings can share a data directory.
 * Throws RetryableError STATE_NOT_WRITABLE.
 */
export async function writeAuthorities(dataDir: string, extraCa: readonly string[]): Promise<string | null> {
  if (extraCa.length === 0) return null;
  const text = `${trustedAuthorities(extraCa).join("\n")}\n`;
  const folder = join(dataDir, "authorities");
  const file = join(folder, `${createHash("sha256").update(text).digest("hex").slice(0, 16)}.pem`);
  await ensureFolder(folder);
  await writeAtomic(file, text);
  return file;
}
