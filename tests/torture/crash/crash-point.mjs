// Preloaded into a worker (`node --import`): tells every save of a state file, and ends processes at the one that the
// plan names, right before it is visible or right after it is durable. So the program itself needs no seam for crashes.
//
//   CRASH_PLAN  a JSON file, read at each save: {"file","name","nth","when","signals":[["self"|pid,"SIGKILL"],…]};
//               it is gone once it was carried out
//   CRASH_LOG   gets a line for each save
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { dirname } from "node:path";

const { CRASH_PLAN: planFile, CRASH_LOG: logFile } = process.env;
const { rename, open } = fs.promises;
/** How often a save of this name was made by this process, by file. */
const counts = new Map();
/** Saves whose folder is flushed next, by folder. */
const unflushed = new Map();

if (planFile !== undefined) {
  fs.promises.rename = async (from, to) => {
    const save = saveOf(String(from), String(to));
    if (save === undefined) return rename(from, to);
    reach(save, "before");
    const result = await rename(from, to);
    unflushed.set(dirname(String(to)), save);
    return result;
  };
  fs.promises.open = async (path, flags, mode) => {
    const handle = await open(path, flags, mode);
    const save = flags === "r" ? unflushed.get(String(path)) : undefined;
    if (save === undefined) return handle;
    unflushed.delete(String(path));
    const close = handle.close.bind(handle);
    handle.close = async () => {
      await close();
      reach(save, "after");
    };
    return handle;
  };
  syncBuiltinESMExports();
}

/** What a rename saves: undefined when it is not a state file. */
function saveOf(from, to) {
  if (!/\/state\/.*\/\d+\.json$/.test(to) || !from.endsWith(".tmp")) return undefined;
  const { event } = JSON.parse(fs.readFileSync(from, "utf8"));
  const effect = event.detail.effect?.split("/").slice(-2).join("/");
  // Ids of the double are other ones in each story.
  const parts = [event.kind, effect?.replace(/\d{5,}/g, "N"), event.detail.status];
  const name = parts.filter((part) => part !== undefined).join(":");
  const count = (what) => {
    const next = (counts.get(`${to} ${what}`) ?? 0) + 1;
    counts.set(`${to} ${what}`, next);
    return next;
  };
  const save = { file: to, name, nth: count(name), any: count("*") };
  if (logFile !== undefined) fs.appendFileSync(logFile, `${JSON.stringify({ pid: process.pid, ...save })}\n`);
  return save;
}

function reach(save, when) {
  const plan = readPlan();
  if (plan === undefined || plan.when !== when || !save.file.endsWith(plan.file)) return;
  if (plan.name === "*" ? plan.nth !== save.any : plan.name !== save.name || plan.nth !== save.nth) return;
  fs.renameSync(planFile, `${planFile}.done`);
  for (const [who, signal] of plan.signals) process.kill(who === "self" ? process.pid : who, signal);
}

function readPlan() {
  try {
    return JSON.parse(fs.readFileSync(planFile, "utf8"));
  } catch {
    return undefined;
  }
}
