// Compiles `src`, `workers` and `double` into `dist/`, and skips the work when nothing changed since the last build.
// Plain JavaScript without dependencies, so that it runs before anything else exists.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = [
  "src",
  "workers",
  "double",
  "tsconfig.json",
  "tsconfig.build.json",
  "package-lock.json",
  "package.json",
];

function files(path) {
  if (!existsSync(path)) return [];
  if (statSync(path).isFile()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .toSorted();
}

const hash = createHash("sha256");
for (const source of sources) {
  for (const file of files(join(root, source))) hash.update(`${file}\0`).update(readFileSync(file)).update("\0");
}
const stamp = hash.digest("hex");
const stampFile = join(root, "dist", ".build-stamp");
const isFresh = existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp;

if (!isFresh) build();

function build() {
  // Compiled beside and moved into place: a process that starts meanwhile sees the old build or the new one.
  const next = join(root, `dist.next-${process.pid}`);
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json", "--outDir", next], {
    cwd: root,
    stdio: "inherit",
  });
  if (status !== 0) {
    rmSync(next, { recursive: true, force: true });
    process.exit(status ?? 1);
  }
  // Data files (JSON, CSS, …) that the compiler does not copy keep their place beside the code.
  for (const folder of ["src", "workers", "double"]) {
    for (const file of files(join(root, folder))) {
      if (/\.tsx?$/.test(file)) continue;
      const target = join(next, file.slice(root.length));
      mkdirSync(join(target, ".."), { recursive: true });
      cpSync(file, target);
    }
  }
  writeFileSync(join(next, ".build-stamp"), stamp);
  swap(next);
}

// Two builds at once both end with a whole `dist/`: whoever comes second replaces the first one's.
function swap(next) {
  const dist = join(root, "dist");
  const old = join(root, `dist.next-${process.pid}-old`);
  for (let attempt = 0; attempt < 20; attempt += 1) {
    try {
      if (existsSync(dist)) renameSync(dist, old);
      renameSync(next, dist);
      rmSync(old, { recursive: true, force: true });
      return;
    } catch (error) {
      if (attempt === 19 || !["ENOTEMPTY", "EEXIST", "ENOENT"].includes(error.code)) throw error;
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  }
}
