import type { IncomingHttpHeaders } from "node:http";
import type { TokenCount } from "../../src/reviewer.ts";

/** A message, a refusal, a shell command to run, a thought, or an item as it is sent. */
export type FakeItem =
  | { text: string }
  | { refusal: string }
  | { call: string }
  | { reasoning: string }
  | { type: string; [field: string]: unknown };

/** One answer. Times in milliseconds; `cut` and `eof` count events. */
export type FakeStep = {
  items?: FakeItem[];
  failed?: { code: string; message: string };
  incomplete?: string;
  /** Null: the answer tells none. */
  usage?: Record<string, unknown> | null;
  /** A plain answer instead of a stream; a text is sent as HTML. */
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  sleep?: number;
  hang?: "connect" | "headers" | "mid";
  /** After the first event nothing but comments. */
  keepalive?: number;
  trickle?: number;
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

export type FakeRequest = {
  scenario: string;
  run: string;
  n: number;
  api: "responses" | "chat" | undefined;
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  bytes: number;
  // oxlint-disable-next-line no-explicit-any -- tests read what they sent
  body: any;
  at: number;
  closedAt?: number;
  ended: "finished" | "client closed" | null;
};

export type FakeOpenai = {
  url: string;
  requests: readonly FakeRequest[];
  baseUrl(scenario: string, run: string): string;
  of(run: string): readonly FakeRequest[];
  told(run: string): TokenCount;
  close(): Promise<void>;
};

/** See fake-openai.mjs. */
export function startFakeOpenai(
  more?: Record<string, FakeStep[] | ((n: number, body: unknown) => FakeStep)>,
): Promise<FakeOpenai>;
