// The App itself, its installations and their tokens (App JWT), and what an installation sees of itself.
// https://docs.github.com/en/rest/apps/apps
import { narrowPermissions } from "../access.ts";
import { convertManifest } from "../actions/app-manifests.ts";
import { installationFor, repositoriesOf } from "../actions/installations.ts";
import { ApiError, notFound } from "../api-error.ts";
import { mintInstallationToken } from "../auth.ts";
import { paged } from "../paginate.ts";
import { presentInstallation } from "../present/installation.ts";
import { presentRepository } from "../present/repository.ts";
import { presentApp } from "../present/user.ts";
import { optionalObject, optionalStrings } from "../read-body.ts";
import type { Call, Reply, Route } from "../route.ts";
import type { Repository } from "../state.ts";
import type { Installation } from "../state-app.ts";
import { isoTime } from "../world.ts";

/** `/app…` (without its webhook), `/installation…` and `/repos/…/installation`. */
export const appRoutes: Route[] = [
  {
    method: "GET",
    path: "/app",
    access: "app",
    handle: ({ world }) => ({
      status: 200,
      body: { ...presentApp(world, world.state.app), installations_count: world.state.installations.size },
    }),
  },
  {
    method: "GET",
    path: "/app/installations",
    access: "app",
    handle: (call) =>
      paged(call, [...call.world.state.installations.values()], (one) => presentInstallation(call.world, one)),
  },
  {
    method: "GET",
    path: "/app/installations/{installation_id}",
    access: "app",
    handle: (call) => ({ status: 200, body: presentInstallation(call.world, installationOf(call)) }),
  },
  { method: "POST", path: "/app/installations/{installation_id}/access_tokens", access: "app", handle: createToken },
  { method: "POST", path: "/app-manifests/{code}/conversions", access: "everyone", handle: convert },
  {
    method: "GET",
    path: "/repos/{owner}/{repo}/installation",
    access: "app",
    handle: ({ world, repository }) => {
      const installation = installationFor(world, repository());
      if (installation === undefined) throw notFound();
      return { status: 200, body: presentInstallation(world, installation) };
    },
  },
  { method: "GET", path: "/installation/repositories", access: "installation", handle: listRepositories },
  {
    method: "DELETE",
    path: "/installation/token",
    access: "installation",
    handle: ({ world, actor }) => {
      if (actor.kind === "installation") world.state.tokens.delete(actor.token.value);
      return { status: 204 };
    },
  },
];

function convert({ world, params }: Call): Reply {
  const secrets = convertManifest(world, params["code"] ?? "");
  if (secrets === undefined) throw notFound();
  const { app } = world.state;
  return {
    status: 201,
    body: {
      ...presentApp(world, app),
      client_secret: secrets.clientSecret,
      webhook_secret: secrets.webhookSecret,
      pem: secrets.pem,
    },
  };
}

function installationOf({ world, params }: Call): Installation {
  const installation = world.state.installations.get(Number(params["installation_id"]));
  if (installation === undefined) throw notFound();
  return installation;
}

function createToken(call: Call): Reply {
  const { world, body } = call;
  const installation = installationOf(call);
  if (installation.suspendedAt !== null) throw new ApiError(403, "This installation has been suspended");
  const chosen = chosenRepositories(call, installation);
  const permissions = narrowPermissions(installation.permissions, optionalObject(body, "permissions"));
  const repositoryIds = chosen === null ? null : new Set(chosen.map((repository) => repository.id));
  const token = mintInstallationToken(world, installation, { repositoryIds, permissions });
  return {
    status: 201,
    body: {
      token: token.value,
      expires_at: isoTime(token.expiresAt ?? world.now()),
      permissions,
      repository_selection: chosen === null && installation.repositoryIds === "all" ? "all" : "selected",
      ...(chosen === null ? {} : { repositories: chosen.map((repository) => presentRepository(world, repository)) }),
    },
  };
}

// Null: the token is not narrowed. Asking for a repository outside the installation is 422.
function chosenRepositories({ world, body }: Call, installation: Installation): Repository[] | null {
  const names = optionalStrings(body, "repositories");
  const ids = body["repository_ids"];
  if (names === undefined && !Array.isArray(ids)) return null;
  const available = repositoriesOf(world, installation);
  const wanted = [
    ...(names ?? []).map((name) =>
      available.find((repository) => repository.name.toLowerCase() === name.toLowerCase()),
    ),
    ...(Array.isArray(ids) ? ids : []).map((id: unknown) => available.find((repository) => repository.id === id)),
  ];
  const found = wanted.filter((repository) => repository !== undefined);
  if (found.length !== wanted.length) {
    throw new ApiError(
      422,
      "There is at least one repository that does not exist or is not accessible to the parent installation.",
    );
  }
  return found;
}

function listRepositories(call: Call): Promise<Reply> | Reply {
  const { world, actor } = call;
  if (actor.kind !== "installation") throw notFound();
  const { installation, token } = actor;
  const visible = repositoriesOf(world, installation).filter(
    (repository) => token.repositoryIds === null || token.repositoryIds.has(repository.id),
  );
  return paged(
    call,
    visible,
    (repository) => presentRepository(world, repository),
    (repositories, total) => ({
      total_count: total,
      repository_selection: installation.repositoryIds === "all" ? "all" : "selected",
      repositories,
    }),
  );
}
