// The fault script: which request goes wrong, and how. "before" faults play instead of the effect, "after" faults play
// once the effect is in the state (the ambiguous case: the comment is there and the client saw a 502).

/** When a fault plays, seen from the effect of the request. */
export type Moment = "before" | "after";

/** One way to go wrong. */
export type Fault =
  | { kind: "status"; when: Moment; status: number; body?: unknown; headers?: Record<string, string> }
  /** The connection is reset without an answer. */
  | { kind: "reset"; when: Moment }
  /** Answers late but right. */
  | { kind: "delay"; ms: number }
  /** Never answers; the connection stays open until the client gives up. */
  | { kind: "hang"; when: Moment }
  /** Sends the right answer in `pieces`, `ms` apart. */
  | { kind: "drip"; pieces: number; ms: number }
  /** Announces the full length, sends only the first half (or `bytes`), then cuts the connection. */
  | { kind: "truncate"; bytes?: number }
  /** A syntactically complete 200 whose JSON is cut in the middle. */
  | { kind: "cutJson" }
  /** 200 with an HTML page, as a proxy or a maintenance page gives it. */
  | { kind: "html" }
  /** Serves an older state: the one before the last change, or the one `lagMs` ago by the double's clock. */
  | { kind: "stale"; lagMs?: number }
  | { kind: "redirect"; location: string };

/** Which requests a rule is about. All given parts must match. */
export interface FaultMatch {
  method?: string;
  /** A route template (`/repos/{owner}/{repo}/pulls/{pull_number}`), a literal path, or a pattern over path and query. */
  path?: string | RegExp;
  surface?: "rest" | "graphql" | "git" | "page";
  /** Pattern over the request body, e.g. a GraphQL operation's name. */
  body?: RegExp;
  /** Play from the nth matching request on (1-based, default 1). */
  nth?: number;
  /** Asked last, with a request that matches in everything else; may change the world on the way. */
  when?: (subject: FaultSubject) => boolean;
}

/** A rule of the script; `times` defaults to 1, `Infinity` is for ever. */
export interface FaultRule {
  match: FaultMatch;
  times?: number;
  fault: Fault;
}

/** What the script needs to know of a request. */
export interface FaultSubject {
  surface: "rest" | "graphql" | "git" | "page";
  method: string;
  path: string;
  route: string | null;
  /** Names in lower case. */
  headers: Record<string, string | undefined>;
  body: Buffer;
}

/** The script of one double. */
export interface FaultScript {
  /** Adds a rule behind the others; the returned function takes it back. */
  add(rule: FaultRule): () => void;
  /** Forgets all rules. */
  clear(): void;
  /** The fault for this request, or undefined; counts it. */
  next(subject: FaultSubject): Fault | undefined;
  /** How often any rule played. */
  played(): number;
}

/** Starts an empty script; `onStale` is told when the first rule that needs older states arrives. */
export function createFaultScript(onStale: () => void): FaultScript {
  let rules: { rule: FaultRule; seen: number; left: number }[] = [];
  let played = 0;
  return {
    add: (rule) => {
      const entry = { rule, seen: 0, left: rule.times ?? 1 };
      rules.push(entry);
      if (rule.fault.kind === "stale") onStale();
      return () => {
        rules = rules.filter((candidate) => candidate !== entry);
      };
    },
    clear: () => {
      rules = [];
    },
    next: (subject) => {
      for (const entry of rules) {
        if (entry.left <= 0 || !matches(entry.rule.match, subject)) continue;
        entry.seen += 1;
        if (entry.seen < (entry.rule.match.nth ?? 1)) continue;
        entry.left -= 1;
        played += 1;
        return entry.rule.fault;
      }
      return undefined;
    },
    played: () => played,
  };
}

function matches(match: FaultMatch, subject: FaultSubject): boolean {
  if (match.surface !== undefined && match.surface !== subject.surface) return false;
  if (match.method !== undefined && match.method !== subject.method) return false;
  if (match.body !== undefined && !match.body.test(subject.body.toString("utf8"))) return false;
  return isPlace(match.path, subject) && (match.when?.(subject) ?? true);
}

function isPlace(path: FaultMatch["path"], subject: FaultSubject): boolean {
  if (path === undefined) return true;
  if (path instanceof RegExp) return path.test(subject.path);
  const bare = subject.path.split("?")[0] ?? "";
  return path === subject.route || path === bare || `/api/v3${path}` === bare;
}
