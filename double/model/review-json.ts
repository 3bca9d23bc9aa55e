// The review that the scripted model answers with, in the JSON that Rondo asks for.

/** One finding at one line. `priority` 0 to 3. */
export type ScriptedFinding = { path: string; line: number; priority: number; title: string; body: string };

/** The whole answer; no finding: the change is correct. */
export function reviewJson(findings: readonly ScriptedFinding[]): string {
  const isClean = findings.length === 0;
  return JSON.stringify({
    findings: findings.map(({ path, line, priority, title, body }) => ({
      title: `[P${priority}] ${title}`,
      body,
      confidence_score: 0.9,
      priority,
      code_location: { absolute_file_path: path, line_range: { start: line, end: line } },
      suggestion: null,
    })),
    overall_correctness: isClean ? "patch is correct" : "patch is incorrect",
    overall_explanation: isClean ? "Nothing is wrong with this change." : "The change has errors.",
    overall_confidence_score: 0.8,
  });
}
