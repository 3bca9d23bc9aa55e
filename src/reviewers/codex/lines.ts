// Cuts a stream of bytes into lines within limits: a command of the model may print megabytes into one line, or never end
// one. Lines that are too long are dropped and counted; nothing of them stays in memory.

/** Collects lines; call `end` once. */
export type LineCollector = {
  add(chunk: Buffer): void;
  /** All kept lines, as text, and the beginnings of wanted ones that were too long; bytes that are no UTF-8 become U+FFFD. */
  end(): { lines: readonly string[]; dropped: readonly string[] };
  /** Bytes seen so far, kept or not. */
  readonly bytes: number;
};

/** `isWanted` sees the beginning of a line, so that what nobody reads is not kept. */
export function collectLines(limits: { lineBytes: number }, isWanted: (start: string) => boolean): LineCollector {
  const lines: string[] = [];
  let parts: Buffer[] = [];
  let length = 0;
  const dropped: string[] = [];
  let start = "";
  let bytes = 0;
  const finish = (): void => {
    if (length > 0 && isWanted(start)) {
      if (length > limits.lineBytes) dropped.push(start);
      else lines.push(Buffer.concat(parts).toString("utf8"));
    }
    parts = [];
    start = "";
    length = 0;
  };
  const take = (part: Buffer): void => {
    length += part.length;
    if (start.length < START) start += part.toString("latin1", 0, START - start.length);
    if (length > limits.lineBytes) parts = [];
    else parts.push(part);
  };
  return {
    add(chunk) {
      bytes += chunk.length;
      let at = 0;
      for (let next = chunk.indexOf(NEWLINE); next !== -1; next = chunk.indexOf(NEWLINE, at)) {
        take(chunk.subarray(at, next));
        finish();
        at = next + 1;
      }
      take(chunk.subarray(at));
    },
    end() {
      finish();
      return { lines, dropped };
    },
    get bytes() {
      return bytes;
    },
  };
}

const NEWLINE = 10;
const START = 200;
