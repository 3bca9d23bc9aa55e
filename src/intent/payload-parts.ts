// The parts that most payloads share, read once: which repository or pull request, and who did it.
// A part that is missing is named in the reason for which the delivery is ignored.
import { PullRequestRef } from "../pull-request.ts";
import { RepositoryRef, type Ignored } from "./intent.ts";

type Parts = {
  action?: string | undefined;
  installation?: { id: number } | undefined;
  repository?: { id: number; name: string; owner: { login: string } } | undefined;
  sender?: { login: string; type?: string | undefined } | undefined;
};

/** Who did it. `actorIsBot` is true for Apps and machine users that GitHub itself marks as bots. */
export type Actor = { actor: string; actorIsBot: boolean };

/** The repository of a delivery, or why it cannot be told. */
export function repositoryOf(payload: Parts): RepositoryRef | Ignored {
  if (payload.installation === undefined) return { ignored: "the payload names no installation" };
  if (payload.repository === undefined) return { ignored: "the payload names no repository" };
  const ref = RepositoryRef.safeParse({
    installationId: payload.installation.id,
    repoId: payload.repository.id,
    owner: payload.repository.owner.login,
    repo: payload.repository.name,
  });
  return ref.success ? ref.data : { ignored: "the payload's repository cannot be read" };
}

/** The pull request of a delivery and who did it, or why they cannot be told. */
export function pullRequestOf(payload: Parts, number: number | undefined): ({ pr: PullRequestRef } & Actor) | Ignored {
  const repo = repositoryOf(payload);
  if ("ignored" in repo) return repo;
  const pr = PullRequestRef.safeParse({ ...repo, number });
  if (!pr.success) return { ignored: "the payload names no pull request" };
  return { pr: pr.data, ...actorOf(payload) };
}

/** The sender; GitHub's placeholder `ghost` when the payload has none. */
export function actorOf(payload: Parts): Actor {
  const sender = payload.sender;
  if (sender === undefined) return { actor: "ghost", actorIsBot: false };
  return { actor: sender.login, actorIsBot: isBot(sender) };
}

/** True for an account of type Bot, and for the `[bot]` logins of Apps when the type is missing. */
export function isBot(account: { login: string; type?: string | undefined } | undefined): boolean {
  return account?.type === "Bot" || (account?.login.endsWith("[bot]") ?? false);
}

/** The reason for an action nobody waits for. */
export function unusedAction(event: string, action: string | undefined): Ignored {
  if (action === undefined) return { ignored: `${event} without an action` };
  return { ignored: `${event}.${action.replaceAll(/[^a-z_]/g, "?").slice(0, 64)} is not used` };
}
