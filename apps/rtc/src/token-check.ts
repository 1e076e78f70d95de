import { authenticate, RoomError, type Application, type RoomsContext } from "@roombridge/rooms";

interface CallerHeaders {
  readonly origin?: string | undefined;
  readonly authorization?: string | undefined;
}

/**
 * Whether the bearer of a token may call: those of the application's organisation may, and without `isRequired` also
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
      const { orgId } = await authenticate(rooms, token);
      return orgId === application.orgId;
    } catch (error) {
      if (RoomError.isInstance(error) && error.code === "unauthenticated") return false;
      throw error;
    }
  };
}
