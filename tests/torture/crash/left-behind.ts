// What a killed worker may leave on the machine: programs that it started, folders of checkouts and of reviewers.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readdir } from "node:fs/promises";

/** Folders in which nothing may be left: that of the checkouts, and the worker's TMPDIR. */
export type Folders = { work: string; temporary: string };

/** Sentences about what is left a moment after a story ended; empty when nothing is. */
export async function leftBehind(folders: Folders): Promise<string[]> {
  // The last folder of a round is removed a moment after its state is saved.
  const deadline = Date.now() + 3000;
  for (;;) {
    const left = [...(await filesIn(folders.work)), ...(await filesIn(folders.temporary)), ...processesIn(folders)];
    if (left.length === 0 || Date.now() > deadline) return left.map((what) => `I9: left behind: ${what}`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).map((name) => `${folder}/${name}`);
}

/** Programs that a worker of this lane started: they carry its mark, and one of the folders in what they were given. */
function processesIn(folders: Folders): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      if (/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) return [];
      const environment = readFileSync(`/proc/${pid}/environ`, "latin1");
      if (!environment.includes("RONDO_RUN_ID=")) return [];
      const given = `${readlinkSync(`/proc/${pid}/cwd`)} ${environment} ${readFileSync(`/proc/${pid}/cmdline`, "latin1")}`;
      const isOurs = Object.values(folders).some((folder) => given.includes(folder));
      return isOurs ? [`process ${pid}: ${readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ")}`] : [];
    } catch {
      return [];
    }
  });
}
