// What codex is told on its command line. Pure, so that the whole of it can be read in a snapshot; `--strict-config` lets
// the real program refuse it when a setting is renamed. Measured with codex 0.169.0 against a scripted endpoint:
// - the permission profile and `-s` exclude each other (`-s` would switch the profile off without a word);
// - a flag with one value that stands there twice ends codex with exit code 2, so each stands in one place;
// - without `unbounded_connection_retries` disabled, an endpoint that is down is asked for ever;
// - the working folder holds nothing of the pull request itself: no AGENTS.md, skill or configuration is found there.
// https://developers.openai.com/codex/config-reference

/** Places as codex sees them: inside the sandbox, or on this machine when there is none. */
export type CodexCall = {
  model: string;
  /** `commands`: the model may run commands, in codex's own sandbox. `none`: it gets the diff in the prompt. */
  shell: "commands" | "none";
  /** The empty folder in which codex starts; the checkout lies in `repo` below it. */
  cwd: string;
  schemaFile: string;
  rubricFile: string;
  /** Gateway's address, up to `/v1`. */
  baseUrl: string;
  /** Folders beside the checkout that commands may read: codex's own, for its helper programs. */
  readable: readonly string[];
};

/** Name of the environment variable in which the run's token for the gateway travels. */
export const TOKEN_VARIABLE = "RONDO_RUN_TOKEN";

/** Arguments of codex; the prompt goes to its stdin. */
export function build(call: CodexCall): string[] {
  const features = call.shell === "none" ? [...DISABLED, ...SHELL_TOOLS] : DISABLED;
  return [
    ...["exec", "--json", "--output-schema", call.schemaFile],
    ...["--ephemeral", "--skip-git-repo-check", "--ignore-user-config", "--ignore-rules", "--strict-config"],
    ...["-C", call.cwd, "-m", call.model],
    ...features.flatMap((feature) => ["--disable", feature]),
    ...settings(call).flatMap((setting) => ["-c", setting]),
    "-",
  ];
}

/** Arguments that run `command` the way codex runs the model's commands, for the probes of the sandbox. */
export function buildProbe(cwd: string, readable: readonly string[]): string[] {
  return ["sandbox", "-P", PROFILE, "-C", cwd, "-c", permissions(readable), "-c", ENVIRONMENT, "--"];
}

const PROFILE = "rondo";

/** Commands get PATH, HOME and the like, and not the token of the run. */
const ENVIRONMENT = "shell_environment_policy.inherit=core";

/** Everything that would look for more to load, ask other servers, or start helpers that outlive the run. */
const DISABLED = [
  "plugins",
  "apps",
  "hooks",
  "goals",
  "multi_agent",
  "skill_search",
  "tool_suggest",
  "image_generation",
  "view_image",
  "shell_snapshot",
  "sleep_tool",
  "memories",
  "browser_use",
  "computer_use",
  "daemon_auto_start",
  "unbounded_connection_retries",
] as const;

const SHELL_TOOLS = ["shell_tool", "unified_exec"] as const;

function settings(call: CodexCall): string[] {
  return [
    "project_doc_max_bytes=0",
    "skills.include_instructions=false",
    "skills.bundled.enabled=false",
    "web_search=disabled",
    "allow_login_shell=false",
    ENVIRONMENT,
    "analytics.enabled=false",
    "feedback.enabled=false",
    "check_for_update_on_startup=false",
    "history.persistence=none",
    "approval_policy=never",
    `model_instructions_file=${text(call.rubricFile)}`,
    "model_reasoning_effort=high",
    `default_permissions=${PROFILE}`,
    permissions(call.readable),
    "model_provider=gateway",
    `model_providers.gateway=${provider(call.baseUrl)}`,
  ];
}

function permissions(readable: readonly string[]): string {
  const folders = readable.map((folder) => `,${text(folder)}="read"`).join("");
  return `permissions.${PROFILE}.filesystem={":minimal"="read",":workspace_roots"={"."="read"}${folders}}`;
}

/** Retries are few: the gateway waits for the endpoint, and a round comes back later by itself. */
function provider(baseUrl: string): string {
  const values = [
    `name="gateway"`,
    `base_url=${text(baseUrl)}`,
    `wire_api="responses"`,
    `env_key="${TOKEN_VARIABLE}"`,
    "supports_websockets=false",
    "request_max_retries=2",
    "stream_max_retries=2",
    "stream_idle_timeout_ms=300000",
  ];
  return `{${values.join(",")}}`;
}

/** A TOML string: JSON's escapes are TOML's too (https://toml.io/en/v1.0.0#string). */
function text(value: string): string {
  return JSON.stringify(value);
}
