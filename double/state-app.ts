// The App's side of the state: its registration, its installations, and every token that opens a door.
import type { Permissions } from "./state.ts";

/** The App under test; there is exactly one. */
export interface App {
  id: number;
  nodeId: string;
  slug: string;
  clientId: string;
  name: string;
  ownerId: number;
  botUserId: number;
  publicKeyPems: string[];
  permissions: Permissions;
  events: string[];
  createdAt: Date;
}

/** The App installed on an account. */
export interface Installation {
  id: number;
  nodeId: string;
  accountId: number;
  /** Chosen repositories, or "all" of the account. */
  repositoryIds: Set<number> | "all";
  /** What the account accepted; may lag the App's wish. */
  permissions: Permissions;
  events: string[];
  suspendedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

/** A bearer token: of an installation (narrowed, expiring) or of a person (for the demo). */
export interface Token {
  value: string;
  kind: "installation" | "user";
  /** Installation id or user id. */
  holderId: number;
  /** Narrowing to repositories; null = all of the installation. */
  repositoryIds: Set<number> | null;
  permissions: Permissions;
  /** Null = never expires. */
  expiresAt: Date | null;
}

/** The one-time code of an App that was created from a manifest. */
export interface AppCode {
  ownerId: number;
  manifest: {
    name: string;
    url: string;
    webhookUrl: string;
    redirectUrl: string;
    permissions: Permissions;
    events: string[];
  };
  expiresAt: Date;
}
