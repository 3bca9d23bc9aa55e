// Who is calling? App JWTs are verified with the App's real public key; tokens are looked up, never guessed; an unknown or
// expired one is 401 "Bad credentials". https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api
import { verify } from "node:crypto";
import { ApiError } from "./api-error.ts";
import type { Permissions, User } from "./state.ts";
import type { Installation, Token } from "./state-app.ts";
import { userOf } from "./world.ts";
import type { World } from "./world.ts";

/** The caller. */
export type Actor =
  | { kind: "anonymous" }
  | { kind: "app" }
  | { kind: "installation"; installation: Installation; token: Token; bot: User }
  | { kind: "user"; user: User };

/** Reads the Authorization header (Bearer, token, or Basic with the token as password). Throws 401. */
export function authenticate(world: World, header: string | undefined): Actor {
  if (header === undefined || header === "") return { kind: "anonymous" };
  const [scheme = "", credential = ""] = header.trim().split(/\s+/, 2);
  if (/^basic$/i.test(scheme)) {
    const decoded = Buffer.from(credential, "base64").toString("utf8");
    return actorOfToken(world, decoded.slice(decoded.indexOf(":") + 1));
  }
  if (credential.startsWith("ey") && credential.split(".").length === 3) {
    verifyAppJwt(world, credential);
    return { kind: "app" };
  }
  return actorOfToken(world, credential);
}

/** The holder of a token. Throws 401 for unknown and expired ones, 403 for a suspended installation. */
export function actorOfToken(world: World, value: string): Actor {
  const token = world.state.tokens.get(value);
  const isExpired = token?.expiresAt !== null && token !== undefined && token.expiresAt <= world.now();
  if (token === undefined || isExpired) throw new ApiError(401, "Bad credentials");
  if (token.kind === "user") return { kind: "user", user: userOf(world, token.holderId) };
  const installation = world.state.installations.get(token.holderId);
  if (installation === undefined) throw new ApiError(401, "Bad credentials");
  if (installation.suspendedAt !== null) throw new ApiError(403, "This installation has been suspended");
  return { kind: "installation", installation, token, bot: userOf(world, world.state.app.botUserId) };
}

/** Mints an installation token in GitHub's new shape, valid for one hour by the double's clock. */
export function mintInstallationToken(
  world: World,
  installation: Installation,
  narrowing: { repositoryIds: Set<number> | null; permissions: Permissions },
): Token {
  // `ghs_APPID_JWT`, about 500 characters, holding none of the old 36-character runs.
  // https://github.blog/changelog/2026-05-15-github-app-installation-tokens-per-request-override-header
  const header = part(JSON.stringify({ alg: "RS256", typ: "JWT", kid: world.random.noise(16) }));
  const claims = part(JSON.stringify({ iss: world.state.app.id, sub: installation.id, jti: world.random.noise(32) }));
  const signature = part(world.random.noise(192));
  const token: Token = {
    value: `ghs_${world.state.app.id}_${header}.${claims}.${signature}`,
    kind: "installation",
    holderId: installation.id,
    repositoryIds: narrowing.repositoryIds,
    permissions: narrowing.permissions,
    expiresAt: new Date(world.now().getTime() + 3_600_000),
  };
  world.state.tokens.set(token.value, token);
  return token;
}

/** Makes a token for a person; it never expires. */
export function mintUserToken(world: World, user: User): Token {
  const value = `ghp_${world.random.noise(36)}`;
  const token: Token = {
    value,
    kind: "user",
    holderId: user.id,
    repositoryIds: null,
    permissions: {},
    expiresAt: null,
  };
  world.state.tokens.set(value, token);
  return token;
}

function part(text: string): string {
  return Buffer.from(text).toString("base64url");
}

// Rules: https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
function verifyAppJwt(world: World, jwt: string): void {
  const [header = "", claims = "", signature = ""] = jwt.split(".");
  const signed = Buffer.from(`${header}.${claims}`);
  const isGenuine =
    readJson(header)["alg"] === "RS256" &&
    world.state.app.publicKeyPems.some((key) => verify("RSA-SHA256", signed, key, Buffer.from(signature, "base64url")));
  if (!isGenuine) throw new ApiError(401, "A JSON web token could not be decoded");
  const { iss, iat, exp } = readJson(claims);
  const now = world.now().getTime() / 1000;
  const { app } = world.state;
  if (String(iss) !== String(app.id) && iss !== app.clientId)
    throw new ApiError(401, "'Issuer' claim ('iss') must be an Integer");
  if (typeof exp !== "number" || exp <= now) {
    throw new ApiError(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  // One minute of grace: the ten minutes count from GitHub's clock, and clocks drift.
  if (exp > now + 660) throw new ApiError(401, "'Expiration time' claim ('exp') is too far in the future");
  if (typeof iat !== "number" || iat > now + 60) {
    throw new ApiError(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
}

function readJson(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    throw new ApiError(401, "A JSON web token could not be decoded");
  }
}
