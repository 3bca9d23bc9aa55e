// The folder of one run: what codex reads (schema, rubric, the change as data), its home, its temporary files. Nothing in
// it survives the run. The home is not below the temporary folder: codex refuses to work so (measured).
import { copyFile, mkdir, mkdtemp, rm, rmdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { contextFiles } from "../../prompt/context-files.ts";
import type { ReviewRequest } from "../../reviewer.ts";
import { rubric } from "./rubric.ts";
import { REVIEW_SCHEMA } from "./schema.ts";

/** Absolute paths. `socketFolder` is short, because the path of a socket must be. */
export type RunFolder = {
  home: string;
  tmp: string;
  /** The empty folder in which codex starts when there is no sandbox. */
  wrapper: string;
  context: string;
  schemaFile: string;
  rubricFile: string;
  socketFolder: string;
  remove(): Promise<void>;
};

/**
 * Makes it beside the checkout, so that whoever removes what a killed worker left removes this too. Rejects with the
 * system's own error when the disk does not allow it.
 */
export async function makeRunFolder(request: ReviewRequest, shell: "commands" | "none"): Promise<RunFolder> {
  const root = await mkdtemp(join(dirname(request.diffFile), "codex-"));
  const socketFolder = await mkdtemp(join(tmpdir(), "rondo-g-"));
  const remove = async (): Promise<void> => {
    const folders = [root, socketFolder].map((each) => rm(each, { recursive: true, force: true, maxRetries: 3 }));
    // codex leaves it behind, empty; a folder that somebody else uses is not empty and stays.
    const daemon = rmdir(join(tmpdir(), `codex-daemon-${process.getuid?.() ?? 0}`)).catch(() => {});
    await Promise.all([...folders, daemon]);
  };
  try {
    const inside = (name: string): string => join(root, name);
    const [tmp, context] = [inside("tmp"), inside("context")];
    // codex tells the model where these two are: not in the data directory.
    const [wrapper, home] = [join(socketFolder, "wrapper"), join(socketFolder, "home")];
    for (const folder of [home, tmp, wrapper, context]) await mkdir(folder, { mode: 0o700 });
    const [schemaFile, rubricFile] = [inside("schema.json"), inside("rubric.md")];
    await writeFile(schemaFile, JSON.stringify(REVIEW_SCHEMA));
    await writeFile(rubricFile, rubric(shell));
    await writeContext(context, request);
    return { home, tmp, wrapper, context, schemaFile, rubricFile, socketFolder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** The change as data, in files: the prompt stays what was posted. */
async function writeContext(context: string, request: ReviewRequest): Promise<void> {
  await copyFile(request.diffFile, join(context, "change.diff"));
  await Promise.all(contextFiles(request).map(({ name, text }) => writeFile(join(context, name), text)));
}
