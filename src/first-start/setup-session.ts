// Who may set this server up: whoever read the link on the terminal. From its token come, one way, the cookie of the browser
// that opened the link and the `state` that GitHub carries to and fro, so neither tells the token and nothing is stored.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** The one who may. It ends with the process. */
export type SetupSession = {
  /** Part of the link on the terminal; URL-safe. */
  token: string;
  /** Handed to GitHub, expected back with the code. */
  state: string;
  /** `Set-Cookie` for a browser that came with the token. `isSecure`: it came over https. */
  cookieFor(isSecure: boolean): string;
  isToken(given: string | null): boolean;
  isState(given: string | null): boolean;
  /** Whether a request with this Cookie header comes from a browser that had the token. */
  isHolder(cookieHeader: string | undefined): boolean;
};

/** `secret`: 32 random bytes. */
export function createSetupSession(secret: Buffer): SetupSession {
  const token = secret.toString("base64url");
  const state = derived(secret, "state");
  const cookie = derived(secret, "cookie");
  return {
    token,
    state,
    // Lax, not Strict: GitHub's redirect back is a visit from another site. It goes with no request but such visits.
    cookieFor: (isSecure) => `${COOKIE}=${cookie}; Path=/setup; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`,
    isToken: (given) => isSame(given, token),
    isState: (given) => isSame(given, state),
    isHolder: (header) => cookiesNamed(header ?? "").some((value) => isSame(value, cookie)),
  };
}

const COOKIE = "rondo_setup";

function derived(secret: Buffer, purpose: string): string {
  return createHmac("sha256", secret).update(`rondo setup ${purpose}`).digest("base64url");
}

/** Compares digests, so that neither time nor length tells anything. */
function isSame(given: string | null, expected: string): boolean {
  return given !== null && timingSafeEqual(digest(given), digest(expected));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function cookiesNamed(header: string): readonly string[] {
  return header
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part.startsWith(`${COOKIE}=`))
    .map((part) => part.slice(COOKIE.length + 1));
}
