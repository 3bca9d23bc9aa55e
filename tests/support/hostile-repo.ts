// Objects that git itself refuses to make: trees with forbidden names, a tree bomb. Written as loose objects by hand.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import type { SampleRepo } from "./sample-repo.ts";

/** Writes one object as it is, whatever it says, and returns its id. */
export function writeObject(repo: SampleRepo, type: "blob" | "tree" | "commit", content: string | Buffer): string {
  const body = Buffer.from(content);
  const whole = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body]);
  const id = createHash("sha1").update(whole).digest("hex");
  mkdirSync(join(repo.dir, "objects", id.slice(0, 2)), { recursive: true });
  writeFileSync(join(repo.dir, "objects", id.slice(0, 2), id.slice(2)), deflateSync(whole), { flag: "w" });
  return id;
}

/** A tree of these entries in this order; modes as git writes them, `40000` for a folder. */
export function writeTree(repo: SampleRepo, entries: readonly { mode: string; name: string; id: string }[]): string {
  const parts = entries.flatMap(({ mode, name, id }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]);
  return writeObject(repo, "tree", Buffer.concat(parts));
}

export function writeCommit(repo: SampleRepo, tree: string, parents: readonly string[] = []): string {
  const lines = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`)];
  const who = "E <e@example.com> 1767225600 +0000";
  return writeObject(repo, "commit", `${[...lines, `author ${who}`, `committer ${who}`, "", "hostile"].join("\n")}\n`);
}

/** 10^depth files out of depth + 1 objects. */
export function writeBomb(repo: SampleRepo, depth: number): string {
  let id = writeObject(repo, "blob", "boom\n");
  for (let level = 0; level < depth; level += 1) {
    const mode = level === 0 ? "100644" : "40000";
    const child = id;
    id = writeTree(
      repo,
      Array.from({ length: 10 }, (_, index) => ({ mode, name: `f${index}`, id: child })),
    );
  }
  return writeCommit(repo, id);
}
