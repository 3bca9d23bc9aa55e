// The exit: what the last look takes out is said in the text, the marker and the verdict line stay where they belong.
import { describe, expect, it } from "vitest";
import { outgoingBody, outgoingText, outgoingWords } from "../../../src/github/outgoing.ts";
import type { WriteContext } from "../../../src/github/publisher.ts";
import { readMarkers } from "../../../src/report/marker.ts";
import { readVerdictLine } from "../../../src/report/verdict-line.ts";

const VERDICT = `<!-- rondo-verdict: {"schema":1,"verdict":"APPROVE","state":"READY","head":"a","round":1,"blocking":0,"advisory":0} -->`;

function contextThatReplaces(secret: string): WriteContext {
  return {
    client: () => Promise.reject(new Error("not in this test")),
    botLogin: "rondo[bot]",
    markerKeys: ["key"],
    guard: (text) => ({ text: text.replaceAll(secret, "[redacted]"), taken: text.split(secret).length - 1 }),
  };
}

describe("a body with a secret in it", () => {
  const body = outgoingBody(
    contextThatReplaces("hunter2"),
    `one hunter2, two hunter2\n\n${VERDICT}`,
    "v1/1/2/a/1.1/round",
  );

  it("is sent without it, and says so", () => {
    expect(body).not.toContain("hunter2");
    expect(body).toContain("[redacted: 2 secrets were taken out of this text]");
  });

  it("keeps the verdict line before the marker, and the marker last", () => {
    expect(body.split("\n").at(-3)).toBe(VERDICT);
    expect(readVerdictLine(body)?.verdict).toBe("APPROVE");
    expect(readMarkers(body)).toHaveLength(1);
  });

  it("stays within 60,000 bytes, however long the replacement is", () => {
    const long = outgoingBody(contextThatReplaces("§"), `${"§\n".repeat(20_000)}\n${VERDICT}`, "v1/x");

    expect(Buffer.byteLength(long)).toBeLessThanOrEqual(60_000);
    expect(long).toContain("[cut: ");
    expect(long).toContain("[redacted: 20000 secrets were");
    expect(readVerdictLine(long)?.verdict).toBe("APPROVE");
    expect(readMarkers(long)).toHaveLength(1);
  });
});

it("adds nothing where nothing was taken out, and never to a title", () => {
  const context = contextThatReplaces("hunter2");

  expect(outgoingText(context, `fine\n\n${VERDICT}`, "k")).toBe(`fine\n\n${VERDICT}`);
  expect(outgoingWords(context, "a hunter2 title", "k")).toBe("a [redacted] title");
});
