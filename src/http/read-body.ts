// Reads a request body within limits, before anything is known about the sender: a size cap that counts bytes as they
// come (a chunked body has no length), a deadline (a slow body must not hold a connection), and a cap over all requests.
import type { IncomingMessage } from "node:http";

/** Largest webhook GitHub sends, in bytes. Source: https://docs.github.com/en/webhooks/webhook-events-and-payloads */
export const LARGEST_BODY_BYTES = 25 * 1024 * 1024;

/** The bytes, or why there are none. `busy`: other requests hold all the memory that bodies may take. */
export type Body = { bytes: Buffer } | { refused: "too large" | "too slow" | "cut off" | "busy" };

/** Limits for all requests of one server. */
export type BodyLimits = {
  maxBytes: number;
  /** Bytes of unfinished bodies over all requests. */
  maxTotalBytes: number;
  /** From the end of the headers to the end of the body. */
  timeoutMs: number;
};

/** Makes the reader of one server. It never rejects. */
export function bodyReader(limits: BodyLimits): (request: IncomingMessage) => Promise<Body> {
  let totalBytes = 0;

  return (request) =>
    new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      const timer = setTimeout(() => finish({ refused: "too slow" }), limits.timeoutMs);

      function finish(body: Body): void {
        clearTimeout(timer);
        request.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
        totalBytes -= sizeBytes;
        sizeBytes = 0;
        chunks.length = 0;
        resolve(body);
      }
      function onData(chunk: Buffer): void {
        sizeBytes += chunk.length;
        totalBytes += chunk.length;
        if (sizeBytes > limits.maxBytes) return finish({ refused: "too large" });
        if (totalBytes > limits.maxTotalBytes) return finish({ refused: "busy" });
        chunks.push(chunk);
      }
      function onEnd(): void {
        finish({ bytes: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks) });
      }
      function onClose(): void {
        finish({ refused: "cut off" });
      }

      const declared = Number(request.headers["content-length"] ?? 0);
      if (declared > limits.maxBytes) return finish({ refused: "too large" });
      request.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
    });
}
