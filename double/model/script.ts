// What the scripted model can be told: one step is one answer, and the way it is sent. A literal description of what an
// endpoint can do, so that a test or the demo reads like the story it tells.

/** A message, a refusal, a shell command to run, a thought, or an item as it is sent. */
export type FakeItem =
  | { text: string }
  | { refusal: string }
  | { call: string }
  | { reasoning: string }
  | { type: string; [field: string]: unknown };

/** Tokens of one answer, as the Responses API tells them. */
export type Usage = {
  input_tokens?: number;
  input_tokens_details?: { cached_tokens?: number; cache_write_tokens?: number };
  output_tokens?: number;
  output_tokens_details?: { reasoning_tokens?: number };
  total_tokens?: number;
};

/** One answer. Times in milliseconds; `cut` and `eof` count events. */
export type FakeStep = {
  items?: FakeItem[];
  failed?: { code: string; message: string };
  incomplete?: string;
  /** Null: the answer tells none. */
  usage?: Usage | null;
  /** A plain answer instead of a stream; a text is sent as HTML. */
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  sleep?: number;
  hang?: "connect" | "headers" | "mid";
  /** After the first event nothing but comments. */
  keepalive?: number;
  trickle?: number;
  /** After so many events the connection breaks, or the stream ends. */
  cut?: number;
  eof?: number;
  /** Events as they are written. */
  raw?: string[];
  /** So many bytes of text beside the items. */
  pad?: number;
  /** Sends pieces of so many bytes. */
  pieces?: number;
  crlf?: boolean;
};

/** Step n answers request n of a run and the last one repeats; or a function of request number (from 0) and body. */
export type Scenario = readonly FakeStep[] | ((n: number, body: unknown) => FakeStep);
