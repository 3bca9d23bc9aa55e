// Every git command that a checkout runs, as plain values: what is said to git can be read, tested and logged in one place.
// No command holds a token, a URL or a branch name; commits are full ids, file names go through stdin.

/** One git command. `network` picks the wrapper: only network commands know the server and may carry a token. */
export type GitCommand = { args: readonly string[]; network: boolean };

const FETCH = [
  "fetch",
  "--quiet",
  "--no-tags",
  "--no-write-fetch-head",
  "--no-auto-maintenance",
  "--no-recurse-submodules",
  "--filter=blob:none",
] as const;

/** Where the commits are kept in the throw-away repository. */
export const HEAD_REF = "refs/rondo/head";
export const BASE_REF = "refs/rondo/base";
export const TIP_REF = "refs/rondo/tip";

/** Commits and trees alone, without history and without file contents. `sources` are full ids or refs of the server. */
export function fetchCommits(sources: readonly { source: string; ref: string }[]): GitCommand {
  const refspecs = sources.map(({ source, ref }) => `+${source}:${ref}`);
  return { args: [...FETCH, "--depth=1", "origin", ...refspecs], network: true };
}

/** The blobs whose ids are on stdin, in one request. This is what git itself does when it misses one, but for all at once. */
export function fetchBlobs(): GitCommand {
  return { args: ["-c", "fetch.negotiationAlgorithm=noop", ...FETCH, "origin", "--stdin"], network: true };
}

/** Names of the server's branches; only asked to tell an empty repository from a lost commit. */
export function listBranches(): GitCommand {
  return { args: ["ls-remote", "--quiet", "--heads", "origin"], network: true };
}

/** Names of all files of a commit, NUL-separated, printed while they are found. */
export function listFiles(commit: string): GitCommand {
  return local("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit);
}

/** Mode, type, id and name of all files of a commit, NUL-separated, from trees alone. */
export function listTree(commit: string): GitCommand {
  return local("ls-tree", "-r", "-z", "--full-tree", commit);
}

/** Changed entries of two commits or trees, from trees alone: modes, ids, names, NUL-separated, no renames. */
export function listChanges(before: string, after: string): GitCommand {
  return local("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-commit-id", before, after);
}

/** The same with renames; reads the blobs. */
export function listRenames(before: string, after: string): GitCommand {
  return local("diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--find-renames", "-l1000", before, after);
}

/** Unified diff into `outputFile`. Nothing in the repository can hide a text file from it. */
export function writePatch(before: string, after: string, outputFile: string): GitCommand {
  return local(
    "diff-tree",
    "-r",
    "--patch",
    "--text",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--find-renames",
    "-l1000",
    "-U3",
    "--full-index",
    "--submodule=short",
    "--ignore-submodules=none",
    "--src-prefix=a/",
    "--dst-prefix=b/",
    `--output=${outputFile}`,
    before,
    after,
  );
}

/** Lets HEAD name the commit itself, so that a reader of the repository finds the right one. */
export function pointHead(commit: string): GitCommand {
  return local("update-ref", "--no-deref", "HEAD", commit);
}

/** HEAD and every ref with the object that it names, one per line, sorted by name. */
export function listRefs(): GitCommand {
  return local("show-ref", "--head");
}

/** Type and size of each object named on stdin, one per line; `missing` for those that are not here. */
export function describeObjects(): GitCommand {
  return local("cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)");
}

/** Contents of the objects named on stdin. */
export function readObjects(): GitCommand {
  return local("cat-file", "--batch");
}

/** Puts the entries on stdin (`mode SP id TAB name NUL`) into the index that GIT_INDEX_FILE names. */
export function fillIndex(): GitCommand {
  return local("update-index", "-z", "--index-info");
}

/** Makes a tree of the index and prints its id; contents need not be here. */
export function writeIndexTree(): GitCommand {
  return local("write-tree", "--missing-ok");
}

/** The named entries of a commit's tree, NUL-separated; names that are not there are left out. */
export function listTreeEntries(commit: string, names: readonly string[]): GitCommand {
  return local("--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", ...names);
}

/** What `.gitattributes` of the index say about the names on stdin, NUL-separated triples. */
export function checkAttributes(...attributes: readonly string[]): GitCommand {
  return local("check-attr", "--cached", "-z", "--stdin", ...attributes);
}

/** Full commit id of a revision that a person typed. */
export function resolveCommit(revision: string): GitCommand {
  return local("rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`);
}

/** Best common ancestor of two commits; exit code 1 when there is none. */
export function findMergeBase(one: string, other: string): GitCommand {
  return local("merge-base", one, other);
}

/** Folder of the objects of the repository that git is run in. */
export function findObjects(): GitCommand {
  return local("rev-parse", "--path-format=absolute", "--git-path", "objects");
}

/** Top folder of the working tree that git is run in; fails in a bare repository. */
export function findTopFolder(): GitCommand {
  return local("rev-parse", "--path-format=absolute", "--show-toplevel");
}

/** File of the index of the working tree that git is run in. */
export function findIndex(): GitCommand {
  return local("rev-parse", "--path-format=absolute", "--git-path", "index");
}

/** Puts every file of the working tree into the index that GIT_INDEX_FILE names, without those that git ignores. */
export function addWorktree(excludesFile: string | null): GitCommand {
  return local(...excluding(excludesFile), "add", "--all", "--", ".");
}

/** What differs from HEAD and what git does not know, NUL-separated; the index is not refreshed. */
export function listUncommitted(excludesFile: string | null): GitCommand {
  const status = ["status", "--porcelain=v1", "-z", "--no-renames"];
  return local("--no-optional-locks", ...excluding(excludesFile), ...status);
}

/** Writes the commit on stdin and prints its id. */
export function writeCommit(): GitCommand {
  return local("hash-object", "-t", "commit", "-w", "--stdin");
}

/** Overrides the setting of src/git/environment.ts, by which no file of the machine counts. */
function excluding(excludesFile: string | null): readonly string[] {
  return excludesFile === null ? [] : ["-c", `core.excludesFile=${excludesFile}`];
}

function local(...args: string[]): GitCommand {
  return { args, network: false };
}
