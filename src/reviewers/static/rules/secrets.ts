// Finds credentials in added lines with secretlint's recommended rules (a kept list of real token formats).
// The value itself never leaves this file: a finding names the kind of secret, not the secret.
import type { OwnRule } from "../rule.ts";

export const committedSecret: OwnRule = {
  id: "committed-secret",
  engine: "own",
  priority: "P1",
  languages: ["text"],
  title: "Take this credential out of the repository and revoke it",
  why: "Whoever can read the repository or its history can use it. Deleting the line later does not help: revoke it and load the new one from the environment or a secret store.",
  example: {
    path: "config/deploy.env",
    bad: `GITHUB_TOKEN=${["ghp", "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"].join("_")}\n`,
    good: "GITHUB_TOKEN=${CI_GITHUB_TOKEN}\n",
  },
  async check(file) {
    if (file.isTest) return [];
    // Loaded here so that listing the rules does not load the scanner.
    const { lintSource } = await import("@secretlint/core");
    const { creator } = await import("@secretlint/secretlint-rule-preset-recommend");
    const { messages } = await lintSource({
      source: { filePath: `/${file.path}`, content: file.text, ext: "", contentType: "text" },
      options: { config: { rules: [{ id: "preset", rule: creator }] }, maskSecrets: true, noPhysicFilePath: true },
    });
    return messages
      .filter((message) => message.severity !== "info")
      .map((message) => ({
        line: message.loc.start.line,
        endLine: message.loc.end.line,
        detail: `Kind: ${message.messageId}.`,
      }));
  },
};
