// A small text file of a repository, as the contents API gives it. Whatever is there and is no text is an error of its own:
// taken for an empty file it would switch somebody's settings off.
import { PermanentError } from "../errors.ts";
import type { GithubClient } from "./app.ts";
import { callGithub } from "./errors.ts";

/** Which file. */
export type FileAt = { owner: string; repo: string; path: string; commit: string };

/**
 * The file's text, or null when GitHub says that there is none. Throws PermanentError NOT_A_FILE, FILE_TOO_LARGE,
 * FILE_NOT_TEXT, and what `callGithub` throws.
 */
export async function fetchFile(octokit: GithubClient, { owner, repo, path, commit }: FileAt): Promise<string | null> {
  try {
    const { data } = await callGithub(`Reading ${path}`, () =>
      octokit.request("GET /repos/{owner}/{repo}/contents/{path}", { owner, repo, path, ref: commit }),
    );
    if (Array.isArray(data) || data.type !== "file" || !("content" in data)) {
      throw new PermanentError(`${path} is not a file at ${commit.slice(0, 7)}.`, {
        code: "NOT_A_FILE",
        hint: `Make ${path} a plain file.`,
      });
    }
    // Above 1 MB the answer has no content: https://docs.github.com/en/rest/repos/contents#get-repository-content
    if (data.encoding !== "base64" && data.size > 0) {
      throw new PermanentError(`${path} has ${data.size} bytes at ${commit.slice(0, 7)}; GitHub gives at most 1 MB.`, {
        code: "FILE_TOO_LARGE",
        hint: `Make ${path} smaller.`,
      });
    }
    return decode(Buffer.from(data.content, "base64"), path, commit);
  } catch (error) {
    if (error instanceof PermanentError && error.code === "GITHUB_NOT_FOUND") return null;
    throw error;
  }
}

function decode(bytes: Buffer, path: string, commit: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new PermanentError(`${path} is not UTF-8 text at ${commit.slice(0, 7)}.`, {
      code: "FILE_NOT_TEXT",
      hint: `Save ${path} as UTF-8.`,
      cause: error,
    });
  }
}
