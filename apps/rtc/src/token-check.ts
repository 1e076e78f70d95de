import { authenticate, RoomError, type Application, type RoomsContext } from "@roombridge/rooms";

/**
 * Whether the bearer of a token may call: those of the application's organisation may, and without `isRequired` also
 * whoever has none. Rejects when the database cannot tell.
 */
export function createTokenCheck(
  rooms: RoomsContext,
  { application, isRequired }: { readonly application: Application; readonly isRequired: boolean },
): (token: string | undefined, headers?: { readonly origin?: string | undefined }) => Promise<boolean> {
  return async (token, { origin } = {}) => {
    // Only browsers send an origin: a page of some site could make its own name point to this machine.
    if (token === undefined) return !isRequired && origin === undefined;
    try {
      const { orgId } = await authenticate(rooms, token);
      return orgId === application.orgId;
    } catch (error) {
      if (RoomError.isInstance(error) && error.code === "unauthenticated") return false;
      throw error;
    }
  };
}
