// Git over HTTP: who may read or push which repository, then git's own program, then everything a push sets off.
import { dirname, join } from "node:path";
import { mkdir, writeFile } from "node:fs/promises";
import { grants, isCovered } from "./access.ts";
import { afterPush } from "./actions/pushes.ts";
import type { RefUpdate } from "./actions/pushes.ts";
import { isAtLeast, roleOf } from "./actions/users.ts";
import { ApiError } from "./api-error.ts";
import { authenticate } from "./auth.ts";
import type { Actor } from "./auth.ts";
import { readRefs, ZERO_SHA } from "./git/bare-repository.ts";
import { serveGit } from "./git/http-backend.ts";
import type { WireReply } from "./rest.ts";
import type { WireRequest } from "./server.ts";
import type { Repository } from "./state.ts";
import { findRenamedRepository, findRepository } from "./world.ts";
import type { World, Writer } from "./world.ts";

/** Answers one smart-HTTP git request. */
export async function answerGit(world: World, request: WireRequest): Promise<WireReply> {
  const match = /^\/(?<name>[\w.-]+\/[\w.-]+?)(?:\.git)?(?<tail>\/info\/refs|\/git-(?:upload|receive)-pack)$/.exec(
    request.path,
  );
  const { name = "", tail = "" } = match?.groups ?? {};
  const isPush = tail === "/git-receive-pack";
  const wantsPush = isPush || request.query.get("service") === "git-receive-pack";
  const actor = actorOf(world, request);
  const repository = findRepository(world, name) ?? findRenamedRepository(world, name);
  if (
    actor === undefined ||
    (actor.kind === "anonymous" && (wantsPush || repository === undefined || repository.isPrivate))
  ) {
    const headers = { "www-authenticate": 'Basic realm="GitHub"', "content-type": "text/plain" };
    return { status: 401, headers, body: Buffer.from("Invalid username or token.\n") };
  }
  if (repository === undefined || !may(actor, repository, false)) return refuse(404, "Repository not found.");
  if (wantsPush && repository.isArchived) return refuse(403, "This repository was archived so it is read-only.");
  if (wantsPush && !may(actor, repository, true))
    return refuse(403, `Permission to ${name}.git denied to ${loginOf(actor)}.`);
  const run = (): Promise<WireReply> => runBackend(world, request, repository, { actor, tail, wantsPush });
  return isPush ? world.alone(repository.id, () => runAndFollow(world, repository, actor, run)) : run();
}

interface BackendCall {
  actor: Actor;
  tail: string;
  wantsPush: boolean;
}

async function runBackend(
  world: World,
  request: WireRequest,
  repository: Repository,
  call: BackendCall,
): Promise<WireReply> {
  const answer = await serveGit({
    projectRoot: dirname(repository.gitDir),
    pathInfo: `/${repository.id}.git${call.tail}`,
    method: request.method,
    query: request.query.toString(),
    headers: request.headers,
    body: request.body,
    user: loginOf(call.actor),
    mayPush: call.wantsPush,
    hooksDir: call.wantsPush ? await hooksDirectory(world) : null,
    hookEnvironment: {
      DOUBLE_PROTECTED: repository.protectedBranches.join(" "),
      DOUBLE_MAY_TOUCH_WORKFLOWS: mayTouchWorkflows(call.actor) ? "1" : "",
    },
  });
  return { status: answer.status, headers: lowerCase(answer.headers), body: answer.body };
}

// The push answers only after the pull requests have moved and the events are on their way.
async function runAndFollow(
  world: World,
  repository: Repository,
  actor: Actor,
  run: () => Promise<WireReply>,
): Promise<WireReply> {
  const before = await readRefs(repository.gitDir);
  const reply = await run();
  const after = await readRefs(repository.gitDir);
  const updates: RefUpdate[] = [...new Set([...before.keys(), ...after.keys()])]
    .map((ref) => ({ ref, before: before.get(ref) ?? ZERO_SHA, after: after.get(ref) ?? ZERO_SHA }))
    .filter((update) => update.before !== update.after);
  const writer = writerOf(world, actor);
  if (updates.length > 0 && writer !== undefined) await afterPush(world, writer, repository, updates);
  return reply;
}

function actorOf(world: World, request: WireRequest): Actor | undefined {
  try {
    const actor = authenticate(world, request.headers["authorization"]);
    return actor.kind === "app" ? undefined : actor;
  } catch (error) {
    if (error instanceof ApiError) return undefined;
    throw error;
  }
}

function may(actor: Actor, repository: Repository, isWrite: boolean): boolean {
  if (actor.kind === "user") return isAtLeast(roleOf(repository, actor.user), isWrite ? "write" : "read");
  if (actor.kind === "installation" && isCovered(actor, repository)) {
    return grants(actor.token.permissions, isWrite ? "contents:write" : "contents:read");
  }
  return !isWrite && !repository.isPrivate;
}

function mayTouchWorkflows(actor: Actor): boolean {
  return actor.kind !== "installation" || grants(actor.token.permissions, "workflows:write");
}

function writerOf(world: World, actor: Actor): Writer | undefined {
  if (actor.kind === "installation") return { user: actor.bot, appId: world.state.app.id };
  return actor.kind === "user" ? { user: actor.user, appId: null } : undefined;
}

function loginOf(actor: Actor): string {
  if (actor.kind === "installation") return actor.bot.login;
  return actor.kind === "user" ? actor.user.login : "anonymous";
}

function refuse(status: number, text: string): WireReply {
  return { status, headers: { "content-type": "text/plain" }, body: Buffer.from(`${text}\n`) };
}

function lowerCase(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

// Refusals that git itself does not know. The wording is GitHub's.
const PRE_RECEIVE = `#!/bin/sh
while read -r old new ref; do
  branch=\${ref#refs/heads/}
  for protected in $DOUBLE_PROTECTED; do
    if [ "$branch" = "$protected" ]; then echo "error: GH006: Protected branch update failed for $ref." >&2; exit 1; fi
  done
  case $new in 0000000000000000000000000000000000000000) continue ;; esac
  if [ -z "$DOUBLE_MAY_TOUCH_WORKFLOWS" ]; then
    case $old in
      0000000000000000000000000000000000000000) changed=$(git log --not --all --not --format= --name-only "$new" -- .github/workflows) ;;
      *) changed=$(git diff --name-only "$old" "$new" -- .github/workflows) ;;
    esac
    if [ -n "$changed" ]; then
      file=$(printf '%s\\n' "$changed" | head -n 1)
      echo "refusing to allow a GitHub App to create or update workflow \\\`$file\\\` without \\\`workflows\\\` permission" >&2
      exit 1
    fi
  fi
done
`;

const madeHooks = new Map<string, Promise<string>>();

function hooksDirectory(world: World): Promise<string> {
  let made = madeHooks.get(world.dataDir);
  if (made === undefined) {
    made = writeHooks(join(world.dataDir, "hooks"));
    madeHooks.set(world.dataDir, made);
  }
  return made;
}

async function writeHooks(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "pre-receive"), PRE_RECEIVE, { mode: 0o755 });
  return directory;
}
