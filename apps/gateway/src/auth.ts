import {
  authenticate,
  getApplication,
  requireOrganization,
  type Application,
  type Principal,
  type RoomsContext,
} from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { appIdOf } from "./path-values.ts";

/** A JWT, three segments of base64url; a token of an organisation hardly looks so. */
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;
const SCHEME = /^bearer(?:\s+|$)/i;

/** By request, so that its token is hashed and looked up once. */
const principals = new WeakMap<HonoRequest, Promise<Principal>>();

/** Who is asking. Throws `unauthenticated`. */
export function principalOf(rooms: RoomsContext, request: HonoRequest): Promise<Principal> {
  return principals.get(request) ?? identify(rooms, request);
}

/** As `principalOf`, but looked up anew: a stream lasts longer than its token may. */
export function identify(rooms: RoomsContext, request: HonoRequest): Promise<Principal> {
  const principal = authenticate(rooms, readToken(request.header("authorization")));
  principals.set(request, principal);
  return principal;
}

/**
 * Who is asking, where the organisation may be named in the query: the SDK sends it if it was told, other clients never. Throws
 * `unauthenticated`, and `org_not_found` for another organisation than the token's.
 */
export async function principalOfOrganization(rooms: RoomsContext, request: HonoRequest): Promise<Principal> {
  const principal = await principalOf(rooms, request);
  requireOrganization(principal, request.query("orgId"));
  return principal;
}

/** The application in the path. Throws `app_not_found` when the principal's organisation does not own it. */
export function applicationOf(rooms: RoomsContext, principal: Principal, request: HonoRequest): Promise<Application> {
  return getApplication(rooms, principal, appIdOf(request));
}

/** The orgId in the path. Throws `org_not_found` when it is not the principal's. */
export function organizationOf(principal: Principal, request: HonoRequest): string {
  requireOrganization(principal, request.param("orgId") ?? "");
  return principal.orgId;
}

/** Old Hathora SDKs send the bare token, so the scheme may be missing; its case does not matter (RFC 9110 section 11.1). */
export function readToken(authorization: string | undefined): string | undefined {
  return authorization?.replace(SCHEME, "").trim();
}

/** Whether a token may be a player's. */
export function seemsPlayer(token: string | undefined): token is string {
  return token !== undefined && JWT.test(token);
}
