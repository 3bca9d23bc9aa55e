// How the scripted model's answers travel: all at once, in pieces, slowly, or broken off. Whatever a step says about the
// way is done here.
import type { ServerResponse } from "node:http";
import type { FakeStep } from "./script.ts";

/** Sends the events one after the other as the step says; `sent` hears of each. */
export async function sendEvents(
  response: ServerResponse,
  step: FakeStep,
  events: readonly string[],
  onSent: (event: string) => void,
): Promise<void> {
  let sent = 0;
  for (const event of events) {
    if (step.cut === sent) {
      await wait(20);
      response.destroy();
      return;
    }
    if (step.eof === sent) break;
    await write(response, step, event);
    sent += 1;
    onSent(event);
    if (step.hang === "mid") return;
    if (step.keepalive !== undefined) return await keepAlive(response, step.keepalive);
    if (step.trickle !== undefined) await wait(step.trickle);
  }
  response.end();
}

/** Sends a whole answer. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** Milliseconds; keeps no process alive. */
export function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

async function write(response: ServerResponse, step: FakeStep, event: string): Promise<void> {
  const bytes = Buffer.from(step.crlf === true ? event.replaceAll("\n", "\r\n") : event);
  const size = step.pieces ?? bytes.length;
  for (let at = 0; at < bytes.length; at += size) {
    if (response.destroyed) return;
    const isFull = !response.write(bytes.subarray(at, at + size));
    if (step.pieces !== undefined) await new Promise((resolve) => setImmediate(resolve));
    if (isFull) await Promise.race([once(response, "drain"), once(response, "close")]);
  }
}

async function keepAlive(response: ServerResponse, ms: number): Promise<void> {
  while (!response.destroyed) {
    response.write(": keep-alive\n\n");
    await wait(ms);
  }
}

function once(response: ServerResponse, name: string): Promise<void> {
  return new Promise((resolve) => {
    response.once(name, () => resolve());
  });
}
