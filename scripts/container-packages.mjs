// The image's packages: those of production, in the versions of package-lock.json, without the files that no running
// program reads. Run in the build stage of the Dockerfile; it changes the node_modules of the current folder for good,
// so it refuses to run anywhere but in that stage's folder.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

if (process.cwd() !== "/app" || existsSync(".git")) fail("This is for the build of the image only.");

const { status } = spawnSync("npm", ["prune", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"], {
  stdio: "inherit",
});
if (status !== 0) fail(`npm prune ended with exit code ${status}.`);
const before = sizeOf("node_modules");
removeUnused();
checkVersions();
say(`Packages: ${megabytes(before)} with everything in them, ${megabytes(sizeOf("node_modules"))} kept.`);

function removeUnused() {
  // An optional peer of oxlint for rules that need types; the static reviewer uses none of those.
  remove("node_modules/oxlint-tsgolint");
  remove("node_modules/@oxlint-tsgolint");
  // Grammars come with parsers for every platform and with the C source of them.
  const own = { x64: "prebuild-Linux-X64", arm64: "prebuild-Linux-ARM64" }[process.arch];
  for (const name of readdirSync("node_modules/@ast-grep").filter((each) => each.startsWith("lang-"))) {
    const folder = join("node_modules/@ast-grep", name);
    if (!existsSync(join(folder, "prebuilds", own))) fail(`${name} has no parser for ${process.arch}.`);
    for (const prebuild of readdirSync(join(folder, "prebuilds"))) {
      if (prebuild !== own) remove(join(folder, "prebuilds", prebuild));
    }
    remove(join(folder, "src"));
  }
  // Node refuses to run TypeScript below node_modules, and reads source maps only when it is asked to. A published .env
  // is an author's slip (bottleneck 2.19.5 has one) that scanners for secrets report.
  for (const path of filesBelow("node_modules")) if (/\.(?:[cm]?ts|map)$|\/\.env$/.test(path)) remove(path);
}

/** What npm says it installed, against what the lock file wants. */
function checkVersions() {
  const wanted = JSON.parse(readFileSync("package-lock.json", "utf8")).packages;
  const installed = JSON.parse(readFileSync("node_modules/.package-lock.json", "utf8")).packages;
  for (const [path, { version }] of Object.entries(installed)) {
    if (wanted[path]?.version !== version)
      fail(`${path} is ${version}; package-lock.json has ${wanted[path]?.version}.`);
  }
}

function remove(path) {
  rmSync(path, { recursive: true, force: true });
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

function sizeOf(folder) {
  return filesBelow(folder).reduce((sum, path) => sum + statSync(path).size, 0);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function say(text) {
  process.stdout.write(`${text}\n`);
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}
