import { isRoomId, isStorable, type Region } from "@roombridge/models/api";
import type { Application } from "./access.ts";
import { toConnection, type Connection } from "./connection.ts";
import type { RoomsContext } from "./context.ts";
import { applicationNotFound, RoomError } from "./errors.ts";
import { chosenUris, openSigner } from "./hand-out.ts";
import { newRoomId, newRoomKey, newUuid } from "./ids.ts";
import { quotaExceeded, refusePlacement } from "./placement-refusal.ts";
import type { CreateRow } from "./store/create-rooms.ts";
import { derivePassword, drawUsername, longTermKey } from "./turn-credential.ts";
import type { TurnCredential } from "./issued-credential.ts";

export interface CreateRoomInput {
  readonly application: Application;
  readonly region: Region;
  /** 1 to 100 of `A-Z a-z 0-9 _ -`; generated when absent. */
  readonly roomId?: string | undefined;
  /** At most 10,000 characters, opaque to us. */
  readonly roomConfig?: string | undefined;
  /** The newest deployment of the application when absent. */
  readonly deploymentId?: string | undefined;
  readonly clientIps?: readonly string[] | undefined;
  /**
   * False, as RoomService creates: the room expires with its credential, and an application without a deployment may have
   * rooms without a game server. Default true.
   */
  readonly needsProcess?: boolean;
  /** From `newRoomKey`, by who has written something down about the room before it is there. Drawn when absent. */
  readonly roomKey?: string;
}

export interface CreatedRoom {
  readonly roomId: string;
  /** Undefined for a room without a game server. */
  readonly processId: string | undefined;
  readonly connection: Connection;
  readonly credential: TurnCredential;
}

/**
 * Creates a room, gives it a slot on a process and a TURN credential: all of it in one transaction, or nothing.
 * Throws `invalid_params`, `room_exists`, `no_capacity`, `quota_exceeded`, `no_deployment`,
 * `deployment_not_found`, `app_not_found`.
 */
export async function createRoom(context: RoomsContext, input: CreateRoomInput): Promise<CreatedRoom> {
  refuseWhatCannotBeStored(input);
  const { turn } = context;
  const [key] = turn.keys;
  const roomKey = input.roomKey ?? newRoomKey();
  const roomId = input.roomId ?? newRoomId();
  const username = drawUsername(roomKey);
  const password = derivePassword(key, username);
  const sign = await openSigner(context);
  const placing = context.placement.add(
    {
      appId: input.application.appId,
      deploymentId: input.deploymentId,
      needsProcess: input.needsProcess ?? true,
      region: input.region,
      realm: turn.realm,
      keyVersion: key.id,
      ttlSeconds: turn.ttlSeconds,
    },
    {
      roomKey,
      roomId,
      roomConfig: input.roomConfig ?? null,
      clientIps: input.clientIps ?? null,
      roomAllocationId: newUuid(),
      processId: newUuid(),
      username,
      hmackey: longTermKey(username, turn.realm, password),
    },
  );
  // Side by side: looking up relays, now and then, must not make a create wait.
  const [row, uris] = await Promise.all([placing, chosenUris(context, input.region)]);
  const expiresAt = expiryOf(row, roomId, input);
  return {
    roomId,
    processId: row.processId ?? undefined,
    connection: toConnection(row),
    credential: { ...sign({ username, password, expiresAt }), uris },
  };
}

/** Throws `invalid_params`. */
export function refuseWhatCannotBeStored({
  roomId,
  roomConfig,
  clientIps,
  deploymentId,
}: Pick<CreateRoomInput, "roomId" | "roomConfig" | "clientIps" | "deploymentId">): void {
  if (roomId !== undefined && !isRoomId(roomId)) {
    throw new RoomError("invalid_params", "roomId: 1 to 100 characters of A-Z, a-z, 0-9, _ and -");
  }
  for (const [name, text] of [
    ["roomConfig", roomConfig],
    ["deploymentId", deploymentId],
    ...(clientIps ?? []).map((ip) => ["clientIPs", ip] as const),
  ] as const) {
    if (text !== undefined && !isStorable(text)) {
      throw new RoomError("invalid_params", `${name}: must not contain U+0000 or a lone surrogate`);
    }
  }
}

/** The expiry of the credential of a created room; every other outcome is thrown. */
function expiryOf(row: CreateRow, roomId: string, { application, region, deploymentId }: CreateRoomInput): Date {
  switch (row.outcome) {
    case "created":
      if (row.credentialExpiresAt) return row.credentialExpiresAt;
      throw new RoomError("internal", `room ${roomId} has no credential`);
    case "duplicate":
      throw new RoomError("room_exists", `room ${roomId} already exists`);
    case "full":
    case "no_host":
    case "pool_stopped":
    case "quota":
      throw refusePlacement(row.outcome, region, row.retryAfterSeconds);
    case "room_quota":
      throw quotaExceeded("maxRooms");
    case "no_deployment":
      throw new RoomError("no_deployment", `application ${application.appId} has no deployment`);
    case "deployment_not_found":
      throw new RoomError("deployment_not_found", `no deployment ${deploymentId ?? ""}`);
    case "app_not_found":
      throw applicationNotFound(application.appId);
    case "lost":
      throw new RoomError("internal", "the database connection broke; the room was not created");
  }
}
