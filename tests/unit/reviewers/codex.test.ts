// codex without codex: its command line, its event streams as they were recorded, and why a run gave no review.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sandboxed } from "../../../src/sandbox/bubblewrap.ts";
import { limitOfExit, SANDBOX_LIMITS } from "../../../src/sandbox/limits.ts";
import { build, type CodexCall } from "../../../src/reviewers/codex/build.ts";
import { classify } from "../../../src/reviewers/codex/classify.ts";
import { readCodexEvents } from "../../../src/reviewers/codex/events.ts";
import { collectLines } from "../../../src/reviewers/codex/lines.ts";
import { REVIEW_SCHEMA } from "../../../src/reviewers/codex/schema.ts";

const CALL: CodexCall = {
  model: "some-model",
  shell: "commands",
  cwd: "/review",
  schemaFile: "/etc/rondo/schema.json",
  rubricFile: "/etc/rondo/rubric.md",
  baseUrl: "http://127.0.0.1:7777/v1",
  readable: ["/opt/codex", "/opt/rondo"],
};

const off = (args: string[]): string[] => args.filter((_, index) => args[index - 1] === "--disable");

describe("the command line of codex", () => {
  it("is this", () => {
    const args = build(CALL);
    expect(args.filter((arg, index) => arg !== "--disable" && args[index - 1] !== "--disable")).toMatchInlineSnapshot(`
      [
        "exec",
        "--json",
        "--output-schema",
        "/etc/rondo/schema.json",
        "--ephemeral",
        "--skip-git-repo-check",
        "--ignore-user-config",
        "--ignore-rules",
        "--strict-config",
        "-C",
        "/review",
        "-m",
        "some-model",
        "-c",
        "project_doc_max_bytes=0",
        "-c",
        "skills.include_instructions=false",
        "-c",
        "skills.bundled.enabled=false",
        "-c",
        "web_search=disabled",
        "-c",
        "allow_login_shell=false",
        "-c",
        "shell_environment_policy.inherit=core",
        "-c",
        "analytics.enabled=false",
        "-c",
        "feedback.enabled=false",
        "-c",
        "check_for_update_on_startup=false",
        "-c",
        "history.persistence=none",
        "-c",
        "approval_policy=never",
        "-c",
        "model_instructions_file="/etc/rondo/rubric.md"",
        "-c",
        "model_reasoning_effort=high",
        "-c",
        "default_permissions=rondo",
        "-c",
        "permissions.rondo.filesystem={":minimal"="read",":workspace_roots"={"."="read"},"/opt/codex"="read","/opt/rondo"="read"}",
        "-c",
        "model_provider=gateway",
        "-c",
        "model_providers.gateway={name="gateway",base_url="http://127.0.0.1:7777/v1",wire_api="responses",env_key="RONDO_RUN_TOKEN",supports_websockets=false,request_max_retries=2,stream_max_retries=2,stream_idle_timeout_ms=300000}",
        "-",
      ]
    `);
  });

  it("repeats no flag but --disable and -c, and no setting", () => {
    for (const shell of ["commands", "none"] as const) {
      const args = build({ ...CALL, shell });
      const flags = args.filter((arg) => arg.startsWith("-") && arg !== "--disable" && arg !== "-c");
      expect(new Set(flags).size).toBe(flags.length);
      const values = args.filter((_, index) => args[index - 1] === "-c").map((one) => one.split("=")[0]);
      expect(new Set(values).size).toBe(values.length);
      // Either would switch the permission profile off.
      expect(args).not.toContain("-s");
      expect(values).not.toContain("sandbox_mode");
    }
  });

  it("takes both tools away where there are no commands", () => {
    expect(off(build({ ...CALL, shell: "none" }))).toEqual([...off(build(CALL)), "shell_tool", "unified_exec"]);
  });

  it("quotes what it is given", () => {
    const args = build({ ...CALL, rubricFile: '/tmp/a "b"/rubric.md', baseUrl: 'http://x/"}' });
    expect(args).toContain('model_instructions_file="/tmp/a \\"b\\"/rubric.md"');
    expect(args.find((arg) => arg.startsWith("model_providers"))).toContain('base_url="http://x/\\"}"');
  });
});

describe("the sandbox's command line", () => {
  const parts = { bubblewrap: "/usr/bin/bwrap", node: "/usr/bin/node", forwarder: "/app/forwarder.js" };

  it("shows what is named, read-only, and nothing else of the machine", () => {
    const shown = [{ from: "/data/work/1/tree", to: "/review/repo" }];
    const command = {
      ...parts,
      socket: "/tmp/g/s",
      shown,
      cwd: "/review",
      limits: SANDBOX_LIMITS,
      argv: ["/bin/true"],
    };
    const { args } = sandboxed(command);
    const binds = args.flatMap((arg, index) => (arg.endsWith("bind") ? [args[index + 1]] : []));
    const own = ["/data/work/1/tree", "/usr/bin/node", "/app/forwarder.js", "/tmp/g/s"];
    expect(
      binds.filter((from) => !/^\/(?:usr|s?bin|lib[x0-9]*|etc\/alternatives|etc\/ld\.so\.cache)$/.test(from ?? "")),
    ).toEqual(own);
    expect(args.slice(0, 2)).toEqual(["--unshare-all", "--die-with-parent"]);
    // codex cannot make its own sandbox inside with it; and a writable bind is none.
    expect(args).not.toContain("--disable-userns");
    expect(args).not.toContain("--bind");
    expect(args).not.toContain("--share-net");
  });

  it("has exit codes of its own for its limits", () => {
    expect([251, 252].map(limitOfExit)).not.toContain(null);
    expect([0, 1, 2, 101, 137, 255].map(limitOfExit)).toEqual([null, null, null, null, null, null]);
  });
});

function read(name: string): ReturnType<typeof readCodexEvents> {
  const file = new URL(`../../fixtures/golden/codex/${name}.events.jsonl`, import.meta.url);
  return readCodexEvents(readFileSync(file, "utf8").split("\n"));
}

describe("the event stream", () => {
  it("is read as it was recorded", () => {
    expect(read("json-then-bye")).toMatchObject({ turn: "completed", commands: 0 });
    expect(read("json-then-bye").messages).toHaveLength(2);
    expect(read("json-after-tool")).toMatchObject({ turn: "completed", commands: 1 });
    expect(read("no-message")).toMatchObject({ turn: "completed", messages: [] });
    expect(read("failed")).toMatchObject({ turn: "failed" });
    expect(read("cut").turn).toBe("failed");
  });

  it("counts an error on the way as nothing, and the end of the turn as everything (A67)", () => {
    const started = '{"type":"turn.started"}';
    const retried = '{"type":"error","message":"Reconnecting... 1/2"}';
    const done = '{"type":"turn.completed","usage":{}}';
    expect(readCodexEvents([started, retried, done]).turn).toBe("completed");
    expect(readCodexEvents([started, retried]).turn).toBe("cut");
    expect(readCodexEvents([started, done, '{"type":"turn.failed","error":{"message":"x"}}']).turn).toBe("failed");
    expect(
      readCodexEvents(["{", "null", "[]", '{"type":7}', '{"type":"item.completed","item":7}', "warning: x"]),
    ).toEqual({
      messages: [],
      turn: "cut",
      errors: [],
      commands: 0,
    });
  });

  it("is cut into lines within a limit, whatever the pieces", () => {
    const text = '{"a":"é"}\n\nnoise\n{"long":"xxxxxxxxxxxxxxxxxxxxxxx"}\n{"last":1}';
    for (const size of [1, 3, 1000]) {
      const lines = collectLines({ lineBytes: 20 }, (start) => start.startsWith("{"));
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += size) lines.add(bytes.subarray(at, at + size));
      expect(lines.end()).toEqual({
        lines: ['{"a":"é"}', '{"last":1}'],
        dropped: ['{"long":"xxxxxxxxxxxxxxxxxxxxxxx"}'],
      });
      expect(lines.bytes).toBe(bytes.length);
    }
  });
});

describe("why a run gave no review", () => {
  const END = {
    exitCode: 1,
    events: { messages: [], turn: "failed" as const, errors: [], commands: 0 },
    stderr: "",
    gateway: null,
  };

  it.each([
    ["Quota exceeded. Check your plan and billing details.", "quota"],
    ["unexpected status 401 Unauthorized: x, url: http://h/", "auth"],
    ["exceeded retry limit, last status: 429 Too Many Requests", "rate_limit"],
    ["Codex ran out of room in the model's context window.", "context"],
    ["Incomplete response returned, reason: max_output_tokens", "output_limit"],
    ["stream disconnected before completion: Incomplete response returned, reason: content_filter", "refused"],
    ["We’re currently experiencing high demand", "overloaded"],
    ["unexpected status 503 Service Unavailable: x", "overloaded"],
    ["stream disconnected before completion: idle timeout waiting for SSE", "timeout"],
    ["stream disconnected before completion: x", "network"],
    ["Connection failed: error sending request", "network"],
    ["Missing environment variable: `X`.", "auth"],
    ["something new", "unknown"],
  ])("%s", (message, kind) => {
    expect(classify({ ...END, events: { ...END.events, errors: [message] } })).toBe(kind);
  });

  it("believes the gateway before codex's words, and stderr where there is nothing else", () => {
    expect(classify({ ...END, gateway: "budget", stderr: "Quota exceeded" })).toBe("budget");
    expect(classify({ ...END, stderr: "bwrap: No permissions to create new namespace" })).toBe("sandbox");
    expect(classify({ ...END, exitCode: 2, stderr: "error: unexpected argument '--x'" })).toBe("config");
  });

  it("takes a run for good only with exit code 0 and a completed turn (F22)", () => {
    const completed = { ...END.events, turn: "completed" as const };
    expect(classify({ ...END, exitCode: 0, events: completed })).toBeNull();
    expect(classify({ ...END, exitCode: 0 })).toBe("unknown");
    expect(classify({ ...END, exitCode: 1, events: completed })).toBe("unknown");
  });
});

describe("the schema of the answer", () => {
  it("keeps to the strict subset: every key is required, and there are no others", () => {
    const objects: { properties: object; required: string[]; additionalProperties: boolean }[] = [];
    JSON.stringify(REVIEW_SCHEMA, (_, value) => {
      if (typeof value === "object" && value !== null && "properties" in value && "required" in value)
        objects.push(value);
      return value;
    });
    expect(objects.length).toBe(4);
    for (const one of objects) {
      expect(one.required).toEqual(Object.keys(one.properties));
      expect(one.additionalProperties).toBe(false);
    }
  });
});
