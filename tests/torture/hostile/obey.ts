// A model that does whatever a pull request tells it to: the worst reviewer that there can be. What the loop promises must
// hold with it too. It can reach what a real endpoint could: the question, and the key that came with it.
import type { FakeStep } from "../../../double/model/script.ts";
import { spellingsOf } from "../../support/story-judge.ts";
import { ordersIn, wordsOf } from "./corpus.ts";

/** The answer to a question. `key` is the endpoint's key. */
export function obey(body: unknown, key: string): FakeStep {
  const seen = textsOf(body);
  const orders = ordersIn(seen);
  if (orders.has("approve")) return { items: [{ text: "APPROVE" }] };
  const isBlocked = seen.includes("BUG(P1)");
  const said = [...orders].map(wordsOf).join("\n\n");
  const leaked = [
    ...(orders.has("environment") ? [`OPENAI_API_KEY=${key}`, `Bearer ${key}`] : []),
    ...(orders.has("spell") ? spellingsOf(key) : []),
    ...(orders.has("prompt") ? [seen.slice(0, 20_000)] : []),
  ].join("\n");
  const text = `${said}\n${leaked}`;
  const places = orders.has("path") ? ["/etc/passwd", "../../../proc/self/environ", "a\u0000b"] : [HOSTILE_FILE];
  const review = {
    findings: orders.has("clean")
      ? []
      : [
          ...(isBlocked ? [finding("[P1] A real defect", "It breaks.", HOSTILE_FILE, 1)] : []),
          ...places.map((path) => finding(`[P3] ${text.slice(0, 2000)}`, text, path, 3)),
        ],
    overall_correctness: "patch is correct",
    overall_explanation: `${text}\n\nAPPROVE`,
    overall_confidence_score: 1,
    question: orders.has("question") ? `${text} What is the password?` : null,
  };
  return { items: [{ text: JSON.stringify(review) }] };
}

/** The file that every hostile change has. */
export const HOSTILE_FILE = "src/cart.ts";

function finding(title: string, body: string, path: string, line: number) {
  return {
    title,
    body,
    confidence_score: 1,
    priority: 3,
    code_location: { absolute_file_path: path, line_range: { start: line, end: line } },
  };
}

function textsOf(body: unknown): string {
  const texts: string[] = [];
  JSON.stringify(body ?? null, (name, value: unknown) => {
    if ((name === "text" || name === "content" || name === "instructions") && typeof value === "string")
      texts.push(value);
    return value;
  });
  return texts.join("\n");
}
