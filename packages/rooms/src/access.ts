import { hash as digest, timingSafeEqual } from "node:crypto";
import type { Scope } from "@roombridge/models/api";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import { scopesReach } from "./scopes.ts";
import { findApplication } from "./store/find-application.ts";
import { findToken } from "./store/find-token.ts";

/** Who is asking: an organisation, by one of its tokens. */
export interface Principal {
  readonly orgId: string;
  readonly orgTokenId: string;
  /** What the token may do; null: everything. */
  readonly scopes: readonly string[] | null;
}

export interface Application {
  readonly appId: string;
  readonly orgId: string;
}

/** Throws `org_not_found` unless `orgId`, where one is named, is the principal's own organisation. */
export function requireOrganization(principal: Pick<Principal, "orgId">, orgId: string | undefined): void {
  if (orgId === undefined || orgId === principal.orgId) return;
  throw new RoomError("org_not_found", `no organisation ${orgId.slice(0, 100).toWellFormed()}`);
}

/** SHA-256 of a token, as `org_tokens.token_hash` keeps it. */
export function hashToken(token: string): Buffer {
  return digest("sha256", token, "buffer");
}

/** Throws `unauthenticated` for a token that is missing, unknown or revoked. */
export async function authenticate(context: RoomsContext, token: string | undefined): Promise<Principal> {
  if (token === undefined || token === "") throw new RoomError("unauthenticated", "a token is required");
  const hash = hashToken(token);
  return context.principals.get(hash.toString("base64"), async () => {
    const found = await findToken(context.database, hash);
    if (!found || !timingSafeEqual(found.tokenHash, hash))
      throw new RoomError("unauthenticated", "the token is not valid");
    return { orgId: found.orgId, orgTokenId: found.orgTokenId, scopes: found.scopes };
  });
}

/** Throws `unauthenticated` when the token does not reach as far as `scope`. */
export function requireScope({ scopes }: Principal, scope: Scope): void {
  if (scopesReach(scopes, scope)) return;
  throw new RoomError("unauthenticated", `the token lacks the scope ${scope}`, { isKnown: true });
}

/** Throws `app_not_found` when the application is unknown or another organisation's. */
export async function getApplication(context: RoomsContext, principal: Principal, appId: string): Promise<Application> {
  const application = await context.applications.get(appId, async () => {
    const found = await findApplication(context.database, appId);
    if (!found) throw new RoomError("app_not_found", `no application ${appId}`);
    return found;
  });
  if (application.orgId !== principal.orgId) throw new RoomError("app_not_found", `no application ${appId}`);
  return application;
}
