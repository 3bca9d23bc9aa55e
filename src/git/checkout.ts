// Gets a pull request's change from the git server into a private folder: commits and trees first, then only the blobs that
// changed, then the network is gone. Without history and without a checkout of the whole tree; bench/diff-cold.mjs
// compares the time with a shallow clone's.
import { PermanentError } from "../errors.ts";
import type { Checkout, Checkouts } from "../checkouts.ts";
import type { Log } from "../ports.ts";
import type { PullRequestRef } from "../pull-request.ts";
import { DEFAULT_LIMITS, type CheckoutLimits } from "./classify.ts";
import type { NetworkAccess } from "./environment.ts";
import { fetchBoth, fetchCapped, fetchTip, noMergeBase } from "./fetch.ts";
import { listRefs } from "./plan.ts";
import { prepareChange } from "./prepare-change.ts";
import { git, type GitContext } from "./run-git.ts";
import { prepareTree, type Tree, treeFingerprint } from "./tree.ts";
import { createWorkspace, removeWorkspace, seal, type Workspace } from "./workspace.ts";

/** What the checkouts need. */
export type GitCheckoutsOptions = {
  /** Folder for the private folders; made when missing. */
  tmpDir: string;
  /** Whose they are, as `owner` in each of them; left out: nobody sweeps that folder. */
  owner?: string;
  /** For example https://github.com; plain http only for a loopback address. */
  serverUrl: string;
  /** A token that may read this repository; called just before the first fetch of each checkout. */
  mintToken: (ref: PullRequestRef) => Promise<string>;
  log: Log;
  /** Parts that differ from DEFAULT_LIMITS. */
  limits?: Partial<CheckoutLimits>;
  /** Proxy for the server, with user and password; null or left out: none. */
  proxy?: string | null;
  /** PEM file with all authorities to trust, the well-known ones too; null or left out: git's own. */
  caFile?: string | null;
};

/**
 * The `Checkouts` port over real git. Besides the port's errors it throws PermanentError BASE_GONE, CHANGE_TOO_LARGE,
 * GIT_UNSAFE_OBJECTS (git's fsck refused the objects), GIT_FETCH_FAILED (403, 404), GIT_NOT_INSTALLED, GIT_URL_REFUSED.
 * A failed `prepare` leaves nothing on the disk.
 */
export function gitCheckouts(options: GitCheckoutsOptions): Checkouts {
  const origin = checkServerUrl(options.serverUrl);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  return {
    async prepare(ref, commits, signal) {
      const { headSha, mergeBaseSha, isLeftOut = null, needsTree = false, needsRules = false } = commits;
      if (mergeBaseSha === null) throw noMergeBase();
      const workspace = await createWorkspace(options.tmpDir, null, options.owner ?? null);
      const startedAt = performance.now();
      try {
        const network = await networkAccess(origin, ref, options);
        const context = contextFor(workspace, limits, signal, network);
        await fetchBoth(context, ref, headSha, mergeBaseSha);
        const rulesFrom = needsRules ? await fetchTip(context, commits.baseSha, mergeBaseSha) : null;
        let tree: Tree | null = null;
        const fetchMissing = async (ids: readonly string[]): Promise<void> => {
          if (ids.length > 0) await fetchCapped(context, workspace, ids, limits);
          if (needsTree) tree = await prepareTree(context, workspace, headSha, limits);
          // From here on nothing knows the server or the token.
          await seal(workspace);
          context.network = null;
        };
        const checkout = await prepareChange(
          context,
          { workspace, headSha, mergeBaseSha, limits, isLeftOut, rulesFrom },
          fetchMissing,
        );
        const durationMs = Math.round(performance.now() - startedAt);
        options.log.debug("checkout prepared", { files: checkout.files.length, durationMs });
        return { ...checkout, tree, refs: await readRefs(context) };
      } catch (error) {
        await removeWorkspace(workspace.gitDir);
        throw error;
      }
    },
    verify: (checkout) => verifyHead(checkout, limits),
    dispose: (checkout) => removeWorkspace(checkout.gitDir),
  };
}

/** True while HEAD of the throw-away repository is the checkout's head commit, and refs and tree are as they were made. */
async function verifyHead(checkout: Checkout, limits: CheckoutLimits = DEFAULT_LIMITS): Promise<boolean> {
  const { gitDir, checkoutDir, diffFile } = checkout;
  const context = contextFor({ root: "/", gitDir, checkoutDir, diffFile }, limits, new AbortController().signal, null);
  const refs = await readRefs(context).catch(() => "");
  const isHead = refs.startsWith(`${checkout.headSha} HEAD\n`) && refs === (checkout.refs ?? refs);
  if (!isHead || !checkout.tree) return isHead;
  return (await treeFingerprint(checkout.tree.dir).catch(() => null)) === checkout.tree.fingerprint;
}

async function readRefs(context: GitContext): Promise<string> {
  return (await git(context, listRefs())).toString("latin1");
}

/** A context that sees this repository alone. */
export function contextFor(
  workspace: Workspace,
  limits: CheckoutLimits,
  signal: AbortSignal,
  network: NetworkAccess | null,
): GitContext {
  return { gitDir: workspace.gitDir, cwd: workspace.root, signal, network, timeoutMs: limits.timeoutMs };
}

function checkServerUrl(serverUrl: string): string {
  const url = URL.canParse(serverUrl) ? new URL(serverUrl) : undefined;
  const isLoopback = url !== undefined && ["127.0.0.1", "[::1]", "localhost"].includes(url.hostname);
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback);
  if (url === undefined || !isSafe || url.username !== "" || url.password !== "") {
    throw new PermanentError("The git server's URL must be https, or http on a loopback address, without a user.", {
      code: "GIT_URL_REFUSED",
      hint: "Check GITHUB_SERVER_URL.",
    });
  }
  return url.origin;
}

async function networkAccess(
  origin: string,
  ref: PullRequestRef,
  options: GitCheckoutsOptions,
): Promise<NetworkAccess> {
  const token = await options.mintToken(ref);
  return {
    origin,
    url: `${origin}/${encodeURIComponent(ref.owner)}/${encodeURIComponent(ref.repo)}.git`,
    authorization: `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`,
    proxy: options.proxy ?? null,
    caFile: options.caFile ?? null,
  };
}
