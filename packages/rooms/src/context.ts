import type { CredentialKey } from "./turn-credential.ts";
import { Coalescer } from "./coalescer.ts";
import { LookupCache } from "./lookup-cache.ts";
import { PlacementQueue } from "./placement-queue.ts";
import { openDatabase, type Database } from "./store/database.ts";
import type { ResumeRow } from "./store/resume-room.ts";
import type { Application, Principal } from "./access.ts";

/** How TURN credentials are issued and where clients find a relay. */
export interface TurnSettings {
  readonly realm: string;
  /** Lifetime of a credential until it is renewed. */
  readonly ttlSeconds: number;
  /** The first one issues; the others still open what they issued. */
  readonly keys: readonly [CredentialKey, ...CredentialKey[]];
  /** `turn:` and `turns:` URIs (RFC 7065) in the order in which clients should try them; empty when nothing relays. */
  readonly uris: readonly string[];
}

/** What every verb receives. */
export interface RoomsContext {
  readonly database: Database;
  readonly turn: TurnSettings;
  readonly placement: PlacementQueue;
  /** Many players may ask for the same sleeping room at once. */
  readonly resuming: Coalescer<ResumeRow>;
  readonly principals: LookupCache<Principal>;
  readonly applications: LookupCache<Application>;
}

export interface RoomsContextOptions {
  readonly databaseUrl: string;
  readonly applicationName: string;
  readonly maxConnections?: number;
  readonly turn: TurnSettings;
}

/** Opens the database lazily: nothing is connected until the first verb runs. */
export function openRooms(options: RoomsContextOptions): RoomsContext {
  const database = openDatabase({
    url: options.databaseUrl,
    applicationName: options.applicationName,
    ...(options.maxConnections === undefined ? {} : { maxConnections: options.maxConnections }),
  });
  return {
    database,
    turn: options.turn,
    placement: new PlacementQueue(database),
    resuming: new Coalescer(),
    principals: new LookupCache(),
    applications: new LookupCache(),
  };
}

/** Lets collected creates finish, then closes the database. */
export async function closeRooms({ placement, database }: RoomsContext): Promise<void> {
  await placement.idle();
  await database.close();
}
