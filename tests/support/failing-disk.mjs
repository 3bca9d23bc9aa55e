// A disk that fails, under the built program: `NODE_OPTIONS=--import=<this file>`. What fails stands in the JSON file
// FAILING_DISK and may change while the program runs: { trace?, out?: { under, code }, cells?: { repository: { at, how } } }.
// `out`: nothing below that folder can be written. `cells`: of the writes in a repository's state folder, the one with
// this number fails once. `how`: an errno; `short` writes half and is then out of space; `late` does it and then fails.
// Replaces the functions of `node:fs/promises`, so the program itself has no seam for it.
import fs, { appendFileSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const counts = new Map();
const WRITE_FLAGS = fs.constants.O_WRONLY | fs.constants.O_RDWR | fs.constants.O_CREAT;

function plan() {
  try {
    return JSON.parse(readFileSync(process.env.FAILING_DISK, "utf8"));
  } catch {
    return {};
  }
}

/** What the next write at `path` does: undefined when it works. */
function faultAt(path, operation) {
  const { out, cells, trace } = plan();
  if (out !== undefined && path.includes(out.under)) return out.code;
  const repository = /\/state\/[^/]+\/([^/]+)/.exec(path)?.[1];
  // Signs of life come by the clock, so they would shift the numbers.
  if (repository === undefined || path.includes(".heartbeat.")) return undefined;
  const number = counts.get(repository) ?? 0;
  counts.set(repository, number + 1);
  if (trace !== undefined) appendFileSync(trace, `${repository} ${number} ${operation} ${path}\n`);
  return cells?.[repository]?.at === number ? cells[repository].how : undefined;
}

function failure(code, operation, path) {
  return Object.assign(new Error(`${code}: planted, ${operation} '${path}'`), { code, syscall: operation, path });
}

/** Does `work`, or fails as planned. `half` writes what a short write leaves. */
async function act(operation, path, work, half) {
  const how = faultAt(String(path), operation);
  if (how === undefined) return work();
  if (how === "late") await work();
  if (how === "short") half?.();
  throw failure(how === "late" ? "EIO" : how === "short" ? "ENOSPC" : how, operation, path);
}

const original = { ...fs.promises };
for (const name of ["mkdir", "rename", "link", "copyFile", "rm"]) {
  fs.promises[name] = (...args) => act(name, args[0], () => original[name](...args));
}
fs.promises.writeFile = (path, content, ...more) => {
  if (typeof path !== "string") return original.writeFile(path, content, ...more);
  const half = () => writeFileSync(path, Buffer.from(content).subarray(0, content.length / 2), { mode: 0o600 });
  return act("writeFile", path, () => original.writeFile(path, content, ...more), half);
};
fs.promises.open = async (path, flags = "r", ...more) => {
  const isWrite = typeof flags === "number" ? (flags & WRITE_FLAGS) !== 0 : flags !== "r";
  const open = () => original.open(path, flags, ...more);
  const handle = isWrite ? await act("open", path, open) : await open();
  for (const name of ["writeFile", "appendFile", "sync", "truncate"]) {
    const call = handle[name].bind(handle);
    const half = ([content]) =>
      typeof content === "string" && writeSync(handle.fd, content.slice(0, content.length / 2));
    handle[name] = (...args) =>
      act(
        name,
        path,
        () => call(...args),
        () => half(args),
      );
  }
  return handle;
};
syncBuiltinESMExports();
