// Builds `dist/` once before suites that start real processes: they run what a deployment runs.
// Nothing to do when RONDO_TEST_DIST names another build.
import { execFileSync } from "node:child_process";

export default function buildOnce(): void {
  if (process.env["RONDO_TEST_DIST"] !== undefined) return;
  execFileSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
}
