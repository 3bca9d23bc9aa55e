// Every text in tests/fixtures/golden/ is read as `rondo parse --json` reads it, and must come out as written down.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseCapture } from "../../../src/findings/parse-capture.ts";
import { toParseJson } from "../../../src/report/parse-output.ts";

const folder = join(import.meta.dirname, "../../fixtures/golden");
const formats = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

describe.each(formats.map(({ name }) => name))("%s", (format) => {
  const files = readdirSync(join(folder, format)).filter((file) => !file.endsWith(".expected.json"));

  test.each(files)("%s", async (file) => {
    const text = readFileSync(join(folder, format, file), "utf8");
    const parsed = parseCapture(text, { reviewer: "unknown", root: "/checkout" });
    const answer = toParseJson(parsed, text, ["P0", "P1", "P2"]);

    await expect(`${JSON.stringify(answer, null, 2)}\n`).toMatchFileSnapshot(
      join(folder, format, `${file}.expected.json`),
    );
    // A text of codex may hold JSON or nothing; all others are of their own format. Nothing ends UNKNOWN without a word.
    expect(["codex", answer.format]).toContain(format);
    expect(answer.verdict === "UNKNOWN" ? (answer.problem ?? answer.contradiction) : "").not.toBeNull();
  });
});
