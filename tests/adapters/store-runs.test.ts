// The artifacts of a run on disk: cleared of secrets before they are cut, and a cut that says exactly what is missing.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { fileRuns } from "../../src/store/runs.ts";

const dataDir = mkdtempSync(join(tmpdir(), "rondo-runs-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const runs = fileRuns({ dataDir, redact: (text) => text.replaceAll("hunter2", "[redacted]") });
const folder = (id: string) => join(dataDir, "runs", id);

describe("artifacts of a run", () => {
  it("keeps head and tail of a long stderr, an exact count between them, and all of it beside (A8)", async () => {
    const text = `head €${"€".repeat(200_000)}\nhunter2\n${"x".repeat(200_000)} tail`;
    await runs.save("acme/shop", "1-r1.1-codex-a", { "diagnostics.txt": text, "output.txt": "short hunter2" });

    const shown = readFileSync(join(folder("1-r1.1-codex-a"), "diagnostics.txt"), "utf8");
    const full = readFileSync(join(folder("1-r1.1-codex-a"), "full-diagnostics.txt"), "utf8");
    const [line = "", missing] =
      /\n\.\.\.truncated (\d+) bytes \(full stderr in full-diagnostics\.txt\)\.\.\.\n/.exec(shown) ?? [];
    expect(Buffer.byteLength(full) - Number(missing)).toBe(Buffer.byteLength(shown) - Buffer.byteLength(line));
    expect(shown).toMatch(/^head €[^]* tail$/);
    expect(shown).not.toContain("\uFFFD");
    expect(full).toBe(text.replace("hunter2", "[redacted]"));
    expect(readFileSync(join(folder("1-r1.1-codex-a"), "output.txt"), "utf8")).toBe("short [redacted]");
  });

  it("clears a secret that would stand across the cut before cutting (F03)", async () => {
    const text = `${"a".repeat(199_997)}hunter2${"b".repeat(400_000)}`;
    await runs.save("acme/shop", "1-r1.1-codex-b", { "diagnostics.txt": text });

    const kept = readdirSync(folder("1-r1.1-codex-b")).map((name) =>
      readFileSync(join(folder("1-r1.1-codex-b"), name), "utf8"),
    );
    expect(kept.join("\n")).not.toMatch(/hun|ter2/);
  });

  it("never cuts a JSON text, and lets nobody else read", async () => {
    const text = JSON.stringify({ findings: "x".repeat(500_000) });
    await runs.save("acme/shop", "1-r1.1-codex-c", { "result.json": text });

    expect(readFileSync(join(folder("1-r1.1-codex-c"), "result.json"), "utf8")).toBe(text);
    expect(statSync(join(folder("1-r1.1-codex-c"), "result.json")).mode & 0o777).toBe(0o600);
  });
});
