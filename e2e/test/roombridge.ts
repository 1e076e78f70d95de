import { HathoraCloud } from "@hathora/cloud-sdk-typescript";
import { RoombridgeClient } from "@roombridge/client";
import { RoomService } from "@roombridge/client/room-service";
import { openDatabase, type Database } from "@roombridge/rooms";
import { newDataDir, removeRoombridge, type Roombridge, startRoombridge } from "@roombridge/testing/roombridge";
import { isRunning, type ReachableRoombridge, runningRoombridge } from "./running-roombridge.ts";

export { newDataDir, removeRoombridge, startRoombridge, type Roombridge } from "@roombridge/testing/roombridge";

export interface ReachedRoombridge extends ReachableRoombridge {
  /** The test's own start, with its processes and files; undefined where somebody else has started it. */
  readonly started: Roombridge | undefined;
  /** Ends what was started for the test. */
  readonly leave: () => Promise<void>;
}

/** The Roombridge that runs already, if the environment names one (`docker/test` does), else an `npm start` of the test's own. */
export async function reachRoombridge(): Promise<ReachedRoombridge> {
  if (isRunning) return { ...runningRoombridge(), started: undefined, leave: async () => {} };
  const started = await startRoombridge(await newDataDir());
  return { ...started, started, leave: () => removeRoombridge(started) };
}

/** The published SDK; nothing but the server URL and the token differ from Hathora Cloud. */
export function hathora({ gateway, token, appId }: ReachableRoombridge): HathoraCloud {
  return new HathoraCloud({ serverURL: gateway, hathoraDevToken: token, appId });
}

export function client({ gateway, token, appId }: ReachableRoombridge): RoombridgeClient {
  return new RoombridgeClient({ serverUrl: gateway, token, appId });
}

export function roomService({ rtcPort }: ReachableRoombridge): RoomService {
  return new RoomService({ port: rtcPort });
}

export function database({ databaseUrl }: ReachableRoombridge): Database {
  return openDatabase({ url: databaseUrl, applicationName: "roombridge e2e", maxConnections: 3 });
}
