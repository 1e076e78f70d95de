import { chooseUris } from "./choose-uris.ts";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import type { TurnCredential } from "./issued-credential.ts";
import { rekeyCredential } from "./store/room-credential.ts";
import { derivePassword, findKey, longTermKey, restPassword, toRestUsername } from "./turn-credential.ts";

/** A credential as its row and its key have it. */
interface Named {
  readonly username: string;
  readonly password: string;
  readonly expiresAt: Date;
}

/** Gives a credential the form that the relays understand. */
type Sign = (named: Named) => Named;

/**
 * The form of TURN_MODE; to be asked for before anything is written. Throws `internal` when there is no secret that
 * TURN_MODE=rest could issue with.
 */
export async function openSigner({ turn, turnSecret }: RoomsContext): Promise<Sign> {
  if (turn.mode === "db") return (named) => named;
  const secret = turn.restSecret ?? (await turnSecret.get());
  if (secret === undefined) throw new RoomError("internal", "there is no TURN secret: `roombridge turn rotate-secret`");
  return ({ username: stored, expiresAt }) => {
    const username = toRestUsername(stored, expiresAt);
    return { username, password: restPassword(secret, username), expiresAt };
  };
}

/** Where clients of a region find a relay; `TURN_URIS` when no relay is known or they cannot be looked up. */
export async function chosenUris(
  { turn, turnServers }: RoomsContext,
  region: string | undefined,
): Promise<readonly string[]> {
  const relays = await turnServers.get().catch(() => []);
  return chooseUris(relays, { region, fallbackUris: turn.uris });
}

/** A stored credential as it is handed out to a client of this region. */
export async function handOut(
  context: RoomsContext,
  stored: { readonly username: string; readonly keyVersion: string; readonly expiresAt: Date },
  region: string | undefined,
): Promise<TurnCredential> {
  const sign = await openSigner(context);
  const [password, uris] = await Promise.all([passwordOf(context, stored), chosenUris(context, region)]);
  return { ...sign({ username: stored.username, password, expiresAt: stored.expiresAt }), uris };
}

/** Derived, not stored. A credential whose key has been retired gets a new one: another password under the same username. */
async function passwordOf(
  { database, turn }: RoomsContext,
  { username, keyVersion }: { readonly username: string; readonly keyVersion: string },
): Promise<string> {
  const known = findKey(turn.keys, keyVersion);
  if (known) return derivePassword(known, username);
  const [key] = turn.keys;
  const password = derivePassword(key, username);
  await rekeyCredential(database, {
    username,
    realm: turn.realm,
    hmackey: longTermKey(username, turn.realm, password),
    keyVersion: key.id,
  });
  return password;
}
