// The whole environment of every git process: nothing of the machine, nothing of the repository decides what git does.
// Each setting below closes a door that was opened in a test repository first (hooks, filters, fsmonitor, redirects, names).
// GIT_CONFIG_COUNT and friends override every configuration file: https://git-scm.com/docs/git-config#ENVIRONMENT

/** How git reaches the server. A token in `authorization` is sent to `origin` and nowhere else. */
export type NetworkAccess = {
  /** Scheme, host and port, for example https://github.com. Plain http is for loopback only; see `gitCheckouts`. */
  origin: string;
  /** URL of the repository, without any secret. */
  url: string;
  /** Value of the Authorization header; null for a server that wants none. */
  authorization: string | null;
  /** Proxy URL with user and password, or null for none: no variable of the machine has a say. */
  proxy: string | null;
  /** File with all certificate authorities to trust (PEM), the well-known ones too, or null for git's own. */
  caFile: string | null;
};

const LOCAL_SETTINGS: Readonly<Record<string, string>> = {
  "safe.directory": "*",
  "safe.bareRepository": "explicit",
  "core.hooksPath": "/dev/null",
  "core.fsmonitor": "false",
  "core.symlinks": "false",
  "core.attributesFile": "/dev/null",
  "core.excludesFile": "/dev/null",
  "core.sshCommand": "/bin/false",
  "core.askPass": "/bin/true",
  "core.pager": "cat",
  "core.autocrlf": "false",
  "core.protectHFS": "true",
  "core.protectNTFS": "true",
  // Header lines of a diff are plain ASCII then, whatever bytes a name holds.
  "core.quotePath": "true",
  // Larger blobs are streamed, not held in memory.
  "core.bigFileThreshold": "1m",
  "init.templateDir": "",
  "credential.helper": "",
  "gc.auto": "0",
  "maintenance.auto": "false",
  "submodule.recurse": "false",
  "fetch.recurseSubmodules": "false",
  "filter.lfs.smudge": "",
  "filter.lfs.clean": "",
  "filter.lfs.process": "",
  "filter.lfs.required": "false",
  "diff.external": "",
  "diff.renames": "true",
  "commit.gpgSign": "false",
  "tag.gpgSign": "false",
  "uploadpack.packObjectsHook": "",
  "protocol.allow": "never",
  "protocol.ext.allow": "never",
  "protocol.file.allow": "never",
};

const NETWORK_SETTINGS: Readonly<Record<string, string>> = {
  // Refuses trees with `.git`, `..` and the like, and `.gitmodules` that run commands, before they are stored.
  "fetch.fsckObjects": "true",
  "transfer.fsckObjects": "true",
  // Flaws of old but honest histories.
  "fetch.fsck.zeroPaddedFilemode": "ignore",
  "fetch.fsck.missingSpaceBeforeDate": "ignore",
  "fetch.fsck.badTimezone": "ignore",
  "fetch.fsck.missingEmail": "ignore",
  // Packs are indexed as a stream; loose objects would be inflated in memory.
  "fetch.unpackLimit": "1",
  "transfer.unpackLimit": "1",
  "http.followRedirects": "false",
  "http.lowSpeedLimit": "1000",
  "http.lowSpeedTime": "30",
  // The remote exists only here, so a process without the network cannot know where to go.
  "remote.origin.promisor": "true",
  "remote.origin.partialCloneFilter": "blob:none",
  "remote.origin.tagOpt": "--no-tags",
};

/** Environment for git without the network: no protocol is allowed and no token is there. */
export function localEnvironment(): Record<string, string> {
  return environment(Object.entries(LOCAL_SETTINGS));
}

/** Environment for git with the network: one protocol, one remote, and the token for one origin. */
export function networkEnvironment(access: NetworkAccess): Record<string, string> {
  const scheme = new URL(access.origin).protocol.slice(0, -1);
  const settings = [
    ...Object.entries(LOCAL_SETTINGS),
    ...Object.entries(NETWORK_SETTINGS),
    ["remote.origin.url", access.url],
    [`protocol.${scheme}.allow`, "always"],
  ] satisfies [string, string][];
  if (access.authorization !== null) {
    settings.push([`http.${access.origin}/.extraHeader`, `Authorization: ${access.authorization}`]);
  }
  // Basic, because Rondo's own requests speak nothing else: both get through, or neither.
  if (access.proxy !== null) settings.push(["http.proxy", access.proxy], ["http.proxyAuthMethod", "basic"]);
  if (access.caFile !== null) {
    settings.push(["http.sslCAInfo", access.caFile], ["http.proxySSLCAInfo", access.caFile]);
  }
  return environment(settings);
}

function environment(settings: readonly (readonly [string, string])[]): Record<string, string> {
  const env: Record<string, string> = {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: "/nonexistent",
    // Messages in English: some errors can only be told apart by their words.
    LC_ALL: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "/bin/true",
    GIT_EDITOR: "/bin/false",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_CONFIG_COUNT: String(settings.length),
  };
  settings.forEach(([key, value], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value;
  });
  return env;
}
