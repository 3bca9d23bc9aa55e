// Accounts as REST and webhooks show them (schemas simple-user, public-user, integration).
import { apiUrl, isoTime, userOf } from "../world.ts";
import type { World } from "../world.ts";
import type { User } from "../state.ts";
import type { App } from "../state-app.ts";

/** Schema `simple-user`; also the user object of webhooks. */
export function presentUser(world: World, user: User): Record<string, unknown> {
  const path = user.type === "Bot" ? encodeURIComponent(user.login) : user.login;
  const api = `${apiUrl(world)}/users/${path}`;
  const html =
    user.type === "Bot" ? `${world.url}/apps/${user.login.replace(/\[bot\]$/, "")}` : `${world.url}/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: user.nodeId,
    avatar_url: `${world.url}/avatars/u/${user.id}?v=4`,
    gravatar_id: "",
    url: api,
    html_url: html,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: user.type,
    user_view_type: "public",
    site_admin: false,
  };
}

/** Schema `simple-user` by id, null for null. */
export function presentUserId(world: World, id: number | null): Record<string, unknown> | null {
  return id === null ? null : presentUser(world, userOf(world, id));
}

/** Schema `public-user`: what `GET /users/{username}` adds. */
export function presentPublicUser(world: World, user: User): Record<string, unknown> {
  const owned = [...world.state.repositories.values()].filter((repository) => repository.ownerId === user.id);
  return {
    ...presentUser(world, user),
    name: user.name,
    company: null,
    blog: "",
    location: null,
    email: user.email,
    hireable: null,
    bio: null,
    twitter_username: null,
    public_repos: owned.filter((repository) => !repository.isPrivate).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: isoTime(user.createdAt),
    updated_at: isoTime(user.createdAt),
  };
}

/** Short organisation object that webhooks carry when the owner is an organisation. */
export function presentOrganization(world: World, user: User): Record<string, unknown> {
  const api = `${apiUrl(world)}/orgs/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: user.nodeId,
    url: api,
    repos_url: `${api}/repos`,
    events_url: `${api}/events`,
    hooks_url: `${api}/hooks`,
    issues_url: `${api}/issues`,
    members_url: `${api}/members{/member}`,
    public_members_url: `${api}/public_members{/member}`,
    avatar_url: `${world.url}/avatars/u/${user.id}?v=4`,
    description: null,
  };
}

/** Schema `integration`: an App. */
export function presentApp(world: World, app: App): Record<string, unknown> {
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: app.nodeId,
    owner: presentUser(world, userOf(world, app.ownerId)),
    name: app.name,
    description: "",
    external_url: world.url,
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: isoTime(app.createdAt),
    updated_at: isoTime(app.createdAt),
    permissions: { metadata: "read", ...app.permissions },
    events: app.events,
  };
}

/** The App behind `viaAppId`, null for people. */
export function presentViaApp(world: World, appId: number | null): Record<string, unknown> | null {
  return appId === world.state.app.id ? presentApp(world, world.state.app) : null;
}
