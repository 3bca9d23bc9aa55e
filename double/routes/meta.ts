// Service routes: rate limit, meta, users.
import { notFound } from "../api-error.ts";
import { presentPublicUser } from "../present/user.ts";
import type { Route } from "../route.ts";
import { findUser } from "../world.ts";

/** `/rate_limit`, `/meta`, `/users/{username}`. */
export const metaRoutes: Route[] = [
  {
    method: "GET",
    path: "/rate_limit",
    access: "everyone",
    handle: ({ world }) => {
      const full = { limit: 5000, remaining: 5000, used: 0, reset: Math.ceil(world.now().getTime() / 1000) + 3600 };
      return {
        status: 200,
        body: { resources: { core: full, search: { ...full, limit: 30, remaining: 30 }, graphql: full }, rate: full },
      };
    },
  },
  {
    method: "GET",
    path: "/meta",
    access: "everyone",
    handle: () => ({ status: 200, body: { verifiable_password_authentication: false, hooks: ["127.0.0.1/32"] } }),
  },
  {
    method: "GET",
    path: "/users/{username}",
    access: "everyone",
    handle: ({ world, params }) => {
      const user = findUser(world, params["username"] ?? "");
      if (user === undefined) throw notFound();
      return { status: 200, body: presentPublicUser(world, user) };
    },
  },
];
