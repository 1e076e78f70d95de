import type { Scope } from "@roombridge/models/api";
import { requireScope, type RoomsContext } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import { identify } from "./auth.ts";
import { PLAYER_SECURITY } from "./document-responses.ts";
import type { Operation } from "./operation.ts";

/**
 * Who may call an operation: anybody, a player (the operation itself looks at the player's token), or whoever has a token of
 * the organisation that reaches this scope.
 */
export type Access = "public" | "player" | Scope;

/** Throws `unauthenticated` when an organisation's token is needed and there is none, or one that does not reach. */
export async function checkAccess(access: Access, rooms: RoomsContext, request: HonoRequest): Promise<void> {
  if (access === "public" || access === "player") return;
  requireScope(await identify(rooms, request), access);
}

/** The `security` of an operation in the document: the scope is its role. Where only players call, it stands in the route. */
export function documentAccess({ access, isForPlayersToo = false }: Pick<Operation, "access" | "isForPlayersToo">) {
  if (access === "public" || access === "player") return {};
  return { security: [{ hathoraDevToken: [access] }, ...(isForPlayersToo ? PLAYER_SECURITY : [])] };
}
