// Asks a Redis on a unix socket one question over a connection of its own, with an end: is it there, and which process is it?
import { connect } from "node:net";

/** `absent`: nobody listens there. `silent`: somebody does, but does not answer in time (busy or stopped). */
export type Probe = { kind: "absent" } | { kind: "silent" } | { kind: "loading" } | { kind: "ready"; pid: number };

/** Asks for `INFO server`; resolves within `timeoutMs`. */
export async function probeRedis(socketPath: string, timeoutMs: number): Promise<Probe> {
  const reply = await ask(socketPath, "INFO server\r\n", timeoutMs);
  if (reply === "absent" || reply === "silent") return { kind: reply };
  const pid = /^process_id:(?<pid>\d+)\r?$/m.exec(reply)?.groups?.["pid"];
  if (pid === undefined || /^loading:1/m.test(reply)) return { kind: "loading" };
  // INFO is answered while the data is still being loaded; PING is not.
  const pong = await ask(socketPath, "PING\r\n", timeoutMs);
  return pong.startsWith("+PONG") ? { kind: "ready", pid: Number(pid) } : { kind: "loading" };
}

function ask(socketPath: string, command: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    let text = "";
    const end = (answer: string): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(end, timeoutMs, "silent");
    socket.setEncoding("utf8");
    socket.on("connect", () => socket.write(command));
    socket.on("data", (chunk: string) => {
      text += chunk;
      if (isComplete(text)) end(text);
    });
    // ENOENT and ECONNREFUSED: no socket, or a socket nobody serves. EAGAIN: its line is full, so somebody is there.
    socket.on("error", (error: NodeJS.ErrnoException) => end(error.code === "EAGAIN" ? "silent" : "absent"));
    socket.on("close", () => end(text === "" ? "absent" : text));
  });
}

/** A simple reply ends with a line break, a bulk reply tells its length (https://redis.io/docs/latest/develop/reference/protocol-spec/). */
function isComplete(text: string): boolean {
  const bulk = /^\$(?<length>\d+)\r\n/.exec(text);
  if (bulk === null) return text.endsWith("\r\n");
  return Buffer.byteLength(text) >= bulk[0].length + Number(bulk.groups?.["length"]) + 2;
}
