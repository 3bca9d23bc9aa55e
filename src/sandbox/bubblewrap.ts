// The command line that shuts a program in with bubblewrap: namespaces of its own for everything, a file system of the few
// folders that are named here, no network but a loopback of its own. Pure but for looking at the system's folders.
// Without `--disable-userns`: codex makes a second, tighter sandbox inside for the commands of the model.
import { lstatSync, readlinkSync } from "node:fs";
import type { SandboxLimits } from "./limits.ts";

/** Folders inside. They tell nothing about the machine. */
export const INSIDE = {
  work: "/review",
  tools: "/opt/rondo",
  home: "/home/rondo",
  tmp: "/tmp",
  socket: "/run/rondo/gateway.sock",
  port: 7777,
} as const;

/** One file or folder that is shown inside, read-only. */
export type Shown = { from: string; to: string };

export type SandboxCommand = {
  /** Absolute path of bubblewrap. */
  bubblewrap: string;
  /** Absolute paths of node and of the compiled forwarder.ts. */
  node: string;
  forwarder: string;
  /** The gateway's socket; null: there is no way out at all. */
  socket: string | null;
  shown: readonly Shown[];
  /** Folder inside in which the program starts. */
  cwd: string;
  limits: SandboxLimits;
  /** Program inside and its arguments. */
  argv: readonly string[];
};

/** File and arguments for `run`. The environment is the caller's: what is not given to bubblewrap is not inside. */
export function sandboxed(command: SandboxCommand): { file: string; args: string[] } {
  const { limits, socket } = command;
  const size = String(limits.scratchBytes);
  const shown = [
    ...command.shown,
    { from: command.node, to: `${INSIDE.tools}/node` },
    { from: command.forwarder, to: `${INSIDE.tools}/forwarder.mjs` },
    ...(socket === null ? [] : [{ from: socket, to: INSIDE.socket }]),
  ];
  return {
    file: command.bubblewrap,
    args: [
      ...["--unshare-all", "--die-with-parent"],
      ...systemFolders(),
      ...["--dev", "/dev", "--size", size, "--tmpfs", "/dev/shm", "--proc", "/proc"],
      ...["--size", size, "--tmpfs", INSIDE.home, "--size", size, "--tmpfs", INSIDE.tmp],
      ...["--dir", command.cwd],
      ...shown.flatMap(({ from, to }) => ["--ro-bind", from, to]),
      ...["--remount-ro", "/", "--chdir", command.cwd, "--"],
      ...[`${INSIDE.tools}/node`, "--max-old-space-size=64", `${INSIDE.tools}/forwarder.mjs`],
      ...[socket === null ? "-" : INSIDE.socket, String(INSIDE.port)],
      ...[String(limits.processes), String(limits.memoryBytes)],
      ...command.argv,
    ],
  };
}

const SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
/** Where Debian's tools are linked through, and where the loader looks libraries up. */
const SYSTEM_FILES = ["/etc/alternatives", "/etc/ld.so.cache"];

/** Programs and libraries; on most systems all but /usr are links into it. */
function systemFolders(): string[] {
  return [...SYSTEM, ...SYSTEM_FILES].flatMap((folder) => {
    const found = lstatSync(folder, { throwIfNoEntry: false });
    if (found === undefined) return [];
    return found.isSymbolicLink() ? ["--symlink", readlinkSync(folder), folder] : ["--ro-bind", folder, folder];
  });
}
