// Writes commits without a work tree: one `git fast-import` per call takes files as text and moves the branch.
import { runGit } from "./run-git.ts";

/** A file to write: text or bytes; null deletes it. */
export type FileContent = string | Buffer | null;

/** What goes into a commit. */
export interface CommitDraft {
  branch: string;
  /** Parent SHA; undefined makes a root commit. */
  parent: string | undefined;
  message: string;
  author: { name: string; email: string };
  date: Date;
  files: Record<string, FileContent>;
}

/** Commits the draft onto its branch, whatever stood there before, and returns the new SHA. */
export async function writeCommit(gitDir: string, draft: CommitDraft): Promise<string> {
  const parts: Buffer[] = [];
  const say = (text: string): void => void parts.push(Buffer.from(text));
  const data = (content: string | Buffer): void => {
    const bytes = Buffer.from(content);
    say(`data ${bytes.length}\n`);
    parts.push(bytes);
    say("\n");
  };
  const signature = `${identity(draft.author)} ${Math.floor(draft.date.getTime() / 1000)} +0000`;
  say(`commit refs/heads/${draft.branch}\nmark :1\nauthor ${signature}\ncommitter ${signature}\n`);
  data(draft.message);
  if (draft.parent !== undefined) say(`from ${draft.parent}\n`);
  for (const [path, content] of Object.entries(draft.files)) {
    if (content === null) {
      say(`D ${quotePath(path)}\n`);
      continue;
    }
    say(`M 100644 inline ${quotePath(path)}\n`);
    data(content);
  }
  say("get-mark :1\ndone\n");
  const printed = await runGit(gitDir, ["fast-import", "--quiet", "--force", "--done"], Buffer.concat(parts));
  return printed.toString("utf8").trim();
}

// Names and addresses may not hold the characters that end them in a commit header.
function identity(author: { name: string; email: string }): string {
  return `${author.name.replace(/[<>\n]/g, "")} <${author.email.replace(/[<>\n]/g, "")}>`;
}

// C-style quoting, https://git-scm.com/docs/git-fast-import#_filemodify
function quotePath(path: string): string {
  return `"${path.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}
