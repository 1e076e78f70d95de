import { HathoraCloud } from "@hathora/cloud-sdk-typescript";
import { RoombridgeClient } from "@roombridge/client";
import { RoomService } from "@roombridge/client/room-service";
import { openDatabase, type Database } from "@roombridge/rooms";
import type { Roombridge } from "@roombridge/testing/roombridge";

export { newDataDir, removeRoombridge, startRoombridge, type Roombridge } from "@roombridge/testing/roombridge";

/** The published SDK; nothing but the server URL and the token differ from Hathora Cloud. */
export function hathora({ gateway, token, appId }: Roombridge): HathoraCloud {
  return new HathoraCloud({ serverURL: gateway, hathoraDevToken: token, appId });
}

export function client({ gateway, token, appId }: Roombridge): RoombridgeClient {
  return new RoombridgeClient({ serverUrl: gateway, token, appId });
}

export function roomService({ rtcPort }: Roombridge): RoomService {
  return new RoomService({ port: rtcPort });
}

export function database({ databaseUrl }: Roombridge): Database {
  return openDatabase({ url: databaseUrl, applicationName: "roombridge e2e", maxConnections: 3 });
}
