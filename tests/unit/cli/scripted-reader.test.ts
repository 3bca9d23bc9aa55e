// The demo's scripted model: it reports what stands in the lines that it was shown, and nothing else.
import { describe, expect, it } from "vitest";
import { readAndReview } from "../../../src/cli/demo/scripted-reader.ts";
import { CHANGE_FILES, FIX_FILES } from "../../../src/cli/demo/sample.ts";

const SHELL = { tools: [{ name: "exec_command" }] };
const diffOf = (files: Readonly<Record<string, string>>): string =>
  Object.entries(files)
    .flatMap(([path, text]) => {
      const rows = text.split("\n").slice(0, -1);
      return [
        `diff --git a/${path} b/${path}`,
        `+++ b/${path}`,
        `@@ -0,0 +1,${rows.length} @@`,
        ...rows.map((row) => `+${row}`),
      ];
    })
    .join("\n");
const printed = (output: string) => ({ type: "function_call_output", output: `Chunk ID: 1\nOutput:\n${output}` });
const placesIn = (body: unknown): string[] => {
  const [item] = readAndReview(body).items ?? [];
  const review: { findings?: { code_location: { absolute_file_path: string; line_range: { start: number } } }[] } =
    JSON.parse(item !== undefined && "text" in item ? String(item.text) : "{}");
  return (review.findings ?? []).map(
    ({ code_location: { absolute_file_path: path, line_range } }) => `${path}:${line_range.start}`,
  );
};

const asked = (diff: string) => ({ messages: [{ role: "user", content: `The change:\n${diff}` }] });

describe("the demo's scripted model", () => {
  it("finds the six mistakes of the sample at their lines, and none in the fix", () => {
    expect(placesIn(asked(diffOf(CHANGE_FILES)))).toEqual([
      ...["src/refunds.ts:7", "src/refunds.ts:12", "src/refunds.ts:13"],
      ...["report/nightly.py:4", "report/nightly.py:11", "report/nightly.py:14"],
    ]);
    expect(placesIn(asked(diffOf(FIX_FILES)))).toEqual([]);
  });

  it("reads the diff page by page where it has commands, and counts lines over the pages", () => {
    const rows = diffOf({ "a.py": `${"x = 1\n".repeat(250)}def f(seen=[]):\n` }).split("\n");
    const pages = [rows.slice(0, 200), rows.slice(200)].map((page) => printed(page.join("\n")));
    expect(readAndReview({ ...SHELL, input: [] }).items).toMatchObject([{ call: expect.stringContaining("'1,200p'") }]);
    const second = readAndReview({ ...SHELL, input: pages.slice(0, 1) });
    expect(second.items).toMatchObject([{ call: expect.stringContaining("'201,400p'") }]);
    expect(placesIn({ ...SHELL, input: pages })).toEqual(["a.py:251"]);
  });

  it("calls nothing clean that it could not read", () => {
    const step = readAndReview({ ...SHELL, input: [printed("sed: context/change.diff: No such file")] });
    expect(step.items).toEqual([{ text: "The change could not be read." }]);
  });
});
