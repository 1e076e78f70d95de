import { authenticate, requireScope, RoomError, type Application, type RoomsContext } from "@roombridge/rooms";

interface CallerHeaders {
  readonly origin?: string | undefined;
  readonly authorization?: string | undefined;
}

/** `create()` makes a room and may start a process; the three other methods need no less. */
const SCOPE = "processes:read-write";

/**
 * Whether the bearer of a token may call: those with `processes:read-write` of the application's organisation may, and without `isRequired` also
 * whoever has none. Rejects when the database cannot tell.
 */
export function createTokenCheck(
  rooms: RoomsContext,
  { application, isRequired }: { readonly application: Application; readonly isRequired: boolean },
): (token: string | undefined, headers?: CallerHeaders) => Promise<boolean> {
  return async (token, { origin, authorization } = {}) => {
    // Only browsers send an origin: a page of some site could make its own name point to this machine. And whoever shows
    // something that is no token is not somebody without one.
    if (token === undefined) return !isRequired && origin === undefined && authorization === undefined;
    try {
      const principal = await authenticate(rooms, token);
      requireScope(principal, SCOPE);
      return principal.orgId === application.orgId;
    } catch (error) {
      if (RoomError.isInstance(error) && error.code === "unauthenticated") return false;
      throw error;
    }
  };
}
