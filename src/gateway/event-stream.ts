// Reads server-sent events from the bytes of a stream as they pass, whatever pieces they come in.
// Lines are put together as bytes and decoded whole, so that a character cut in two is none of our business. Only the
// line in hand is kept: an answer of any length takes no more memory than its longest event, and that one is capped.
// Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

/** `push` each chunk in order, then `end` once. */
export type EventReader = {
  push(chunk: Buffer): void;
  end(): void;
  /** Events that were longer than the cap and therefore not read. */
  readonly tooLong: number;
};

export type EventReaderOptions = {
  /** Gets the data of each event: the text behind `data:`, several lines joined by LF. */
  onData(data: string): void;
  /** A line for which this is false is not decoded; left out: every line is wanted. */
  isWanted?(line: Buffer): boolean;
  /** Default 4 MiB; the last event of an answer may repeat all of it. */
  maxEventBytes?: number;
};

const LF = 10;
const CR = 13;
const DATA = Buffer.from("data:");

/** Comments, event names and ids are passed over: the JSON says its type itself. Also takes CRLF and `data:` without a space. */
export function createEventReader({ onData, isWanted, maxEventBytes = 4_194_304 }: EventReaderOptions): EventReader {
  let parts: Buffer[] = [];
  let partBytes = 0;
  let isSkipping = false;
  let lines: string[] = [];
  let lineBytes = 0;
  let tooLong = 0;

  const dispatch = (): void => {
    if (lines.length > 0) onData(lines.join("\n"));
    lines = [];
    lineBytes = 0;
  };
  const takeLine = (raw: Buffer): void => {
    const line = raw.at(-1) === CR ? raw.subarray(0, -1) : raw;
    if (line.length === 0) return dispatch();
    if (!line.subarray(0, DATA.length).equals(DATA) || isWanted?.(line) === false) return;
    lineBytes += line.length;
    if (lineBytes > maxEventBytes) tooLong += 1;
    else lines.push(line.subarray(line[DATA.length] === 0x20 ? DATA.length + 1 : DATA.length).toString("utf8"));
  };
  const keep = (part: Buffer): void => {
    if (isSkipping || part.length === 0) return;
    partBytes += part.length;
    if (partBytes > maxEventBytes) {
      isSkipping = true;
      tooLong += 1;
      parts = [];
    } else parts.push(part);
  };
  const closeLine = (): void => {
    if (!isSkipping) takeLine(parts.length === 1 ? (parts[0] ?? Buffer.alloc(0)) : Buffer.concat(parts));
    parts = [];
    partBytes = 0;
    isSkipping = false;
  };
  return {
    get tooLong() {
      return tooLong;
    },
    push(chunk) {
      let start = 0;
      for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, start)) {
        keep(chunk.subarray(start, at));
        closeLine();
        start = at + 1;
      }
      keep(chunk.subarray(start));
    },
    end() {
      // A server that ends right after its last event, without the blank line, is forgiven.
      if (partBytes > 0) closeLine();
      dispatch();
    },
  };
}
