import type { CredentialKey } from "./turn-credential.ts";
import { Coalescer } from "./coalescer.ts";
import { ConnectionWaits } from "./connection-waits.ts";
import { EventAnnouncer } from "./event-announcer.ts";
import { EventFeed } from "./event-feed.ts";
import { IssueRate } from "./issue-rate.ts";
import { LookupCache } from "./lookup-cache.ts";
import { PlacementQueue } from "./placement-queue.ts";
import { Collector } from "./collector.ts";
import { RecentValue } from "./recent-value.ts";
import { openDatabase, type Database } from "./store/database.ts";
import { destroyRoomsById } from "./store/destroy-rooms.ts";
import {
  findRoomInfos,
  readConnections,
  type ConnectionRow,
  type RoomInfoRow,
  type RoomName,
} from "./store/find-room.ts";
import type { DatabaseObserver } from "./store/observe-sql.ts";
import type { ResumeRow } from "./store/resume-room.ts";
import { findPingEndpoints, type PingEndpointRow } from "./store/ping-endpoints.ts";
import { notifyEvents } from "./store/room-events.ts";
import { findTurnSecret } from "./store/turn-secrets.ts";
import { findUsableTurnServers } from "./store/turn-servers.ts";
import type { Application, Principal } from "./access.ts";
import type { Relay } from "./choose-uris.ts";
import type { Lobby } from "./lobby.ts";
import type { PlayerAccess } from "./player-access.ts";

/** How TURN credentials are issued and where clients find a relay. */
export interface TurnSettings {
  readonly realm: string;
  /** Lifetime of a credential until it is renewed. */
  readonly ttlSeconds: number;
  /** The first one issues; the others still open what they issued. */
  readonly keys: readonly [CredentialKey, ...CredentialKey[]];
  /** Where clients are sent while no relay has reported, in the order in which they should try them (RFC 7065). */
  readonly uris: readonly string[];
  /** `db`: relays look credentials up. `rest`: they reckon with a shared secret, and cannot refuse those of one room. */
  readonly mode: "db" | "rest";
  /** The secret of `rest`; undefined: the newest of `turn_secrets`. */
  readonly restSecret: string | undefined;
  readonly limits: TurnLimits;
}

/** What one room may have of TURN. */
export interface TurnLimits {
  /** Live credentials, its own included. */
  readonly credentialsPerRoom: number;
  /** Running relay sessions; 0: no limit. */
  readonly sessionsPerRoom: number;
  /** How often a credential may be asked for here; 0: no limit. */
  readonly issuesPerMinute: number;
}

/** Relays come and go; a client that is sent to one that has just gone has others to try. */
const SERVERS_MAX_AGE_MS = 2_000;
const SECRET_MAX_AGE_MS = 5_000;
/** A second less than revoking promises: streams look again once a second. */
const TOKEN_MAX_AGE_MS = 4_000;
const PING_MAX_AGE_MS = 2_000;
/** Rooms in one statement. */
const MAX_READS = 500;
/** Rooms in one transaction, which locks them and their processes for about a hundred microseconds each. */
const MAX_DESTROYS = 100;

/** What every verb receives. */
export interface RoomsContext {
  readonly database: Database;
  readonly turn: TurnSettings;
  readonly placement: PlacementQueue;
  /** What players ask for most. */
  readonly connections: Collector<RoomName, ConnectionRow>;
  readonly infos: Collector<RoomName, RoomInfoRow>;
  /** True: the room was live until then. */
  readonly destroys: Collector<RoomName, boolean>;
  /** Many players may ask for the same sleeping room at once. */
  readonly resuming: Coalescer<ResumeRow>;
  readonly principals: LookupCache<Principal>;
  readonly applications: LookupCache<Application>;
  readonly playerAccess: LookupCache<PlayerAccess>;
  /** Lists of public lobbies, for which many players may ask at once. */
  readonly listing: Coalescer<readonly Lobby[]>;
  /** The relays to which clients may be sent. */
  readonly turnServers: RecentValue<readonly Relay[]>;
  /** The secret of `turn_secrets` that issues now. */
  readonly turnSecret: RecentValue<string | undefined>;
  /** Hosts that answer pings. */
  readonly pingEndpoints: RecentValue<readonly PingEndpointRow[]>;
  readonly issueRate: IssueRate;
  /** Wakes the readers of events. */
  readonly announcer: EventAnnouncer;
  /** Reads nothing while nobody watches. */
  readonly feed: EventFeed;
  readonly waits: ConnectionWaits;
}

export interface RoomsContextOptions {
  readonly databaseUrl: string;
  readonly applicationName: string;
  readonly maxConnections?: number;
  /** See `DatabaseOptions`. */
  readonly answerTimeoutSeconds?: number;
  /** See `DatabaseOptions`. */
  readonly observer?: DatabaseObserver | undefined;
  readonly turn: TurnSettings;
}

/** Opens the database lazily: nothing is connected until the first verb runs. */
export function openRooms(options: RoomsContextOptions): RoomsContext {
  const database = openDatabase({
    url: options.databaseUrl,
    applicationName: options.applicationName,
    observer: options.observer,
    ...(options.maxConnections === undefined ? {} : { maxConnections: options.maxConnections }),
    ...(options.answerTimeoutSeconds === undefined ? {} : { answerTimeoutSeconds: options.answerTimeoutSeconds }),
  });
  const announcer = new EventAnnouncer(() => notifyEvents(database));
  const feed = new EventFeed(database);
  return {
    database,
    turn: options.turn,
    announcer,
    feed,
    waits: new ConnectionWaits(database, feed),
    placement: new PlacementQueue(database, () => announcer.announce()),
    connections: new Collector(database, { name: "read connections", maxBatch: MAX_READS, ask: readConnections }),
    infos: new Collector(database, { name: "read rooms", maxBatch: MAX_READS, ask: findRoomInfos }),
    destroys: new Collector(database, { name: "destroy rooms", maxBatch: MAX_DESTROYS, ask: destroyRoomsById }),
    resuming: new Coalescer(),
    principals: new LookupCache(TOKEN_MAX_AGE_MS),
    applications: new LookupCache(),
    playerAccess: new LookupCache(),
    listing: new Coalescer(),
    turnServers: new RecentValue(() => findUsableTurnServers(database, options.turn.realm), SERVERS_MAX_AGE_MS),
    turnSecret: new RecentValue(() => findTurnSecret(database, options.turn.realm), SECRET_MAX_AGE_MS),
    pingEndpoints: new RecentValue(() => findPingEndpoints(database), PING_MAX_AGE_MS),
    issueRate: new IssueRate(options.turn.limits.issuesPerMinute),
  };
}

/** Lets collected creates and destroys finish, then closes the database. */
export async function closeRooms({ placement, destroys, database, announcer, feed }: RoomsContext): Promise<void> {
  await Promise.all([placement.idle(), destroys.idle()]);
  announcer.close();
  await feed.close();
  await database.close();
}
