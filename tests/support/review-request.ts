// A prepared change on disk, as the checkout hands it to a reviewer: every file is new, every line added.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ReviewRequest } from "../../src/reviewer.ts";

/** The request, its root folder, and the way to remove it. Paths must not need quoting in a diff. */
export async function prepareRequest(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<{ request: ReviewRequest; root: string; dispose: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), "rondo-review-"));
  const checkoutDir = join(root, "checkout");
  const diffFile = join(root, "change.diff");
  await mkdir(checkoutDir);
  const diffs: string[] = [];
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(checkoutDir, path)), { recursive: true });
    await writeFile(join(checkoutDir, path), content);
    diffs.push(diffOfNewFile(path, typeof content === "string" ? content : Buffer.from(content).toString("latin1")));
  }
  await writeFile(diffFile, diffs.join(""));
  const request: ReviewRequest = {
    runId: "7-r1.1-test-00000000",
    repo: "octo/shop",
    pr: 7,
    headSha: "a".repeat(40),
    baseSha: "b".repeat(40),
    mergeBaseSha: "c".repeat(40),
    gitDir: join(root, "git"),
    checkoutDir,
    diffFile,
    files: Object.entries(files).map(([path, content]) => ({
      path,
      oldPath: null,
      status: "added" as const,
      isBinary: false,
      sizeBytes: content.length,
      omitted: null,
    })),
    prompt: "Review this change.",
    rules: [],
    earlierFindings: [],
  };
  return { request, root, dispose: () => rm(root, { recursive: true, force: true }) };
}

function diffOfNewFile(path: string, text: string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  const header = `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n`;
  return `${header}@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join("")}`;
}
