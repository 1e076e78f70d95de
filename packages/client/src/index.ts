export type { IceServer } from "@roombridge/models/api";
export type { CallOptions } from "./http-transport.ts";
export { RoombridgeClient } from "./roombridge-client.ts";
export type { RoombridgeClientOptions } from "./roombridge-client.ts";
export { RoombridgeError } from "./roombridge-error.ts";
export type { RoombridgeErrorCode, RoombridgeErrorOptions } from "./roombridge-error.ts";
export type { CreateRoomOptions, RoomCallOptions, RoomsV2, WaitOptions } from "./rooms-v2.ts";
export type {
  ActiveConnectionInfo,
  ConnectionInfo,
  CreateRoomParams,
  ExposedPort,
  Open,
  Room,
  RoomAllocation,
  RoomConnectionData,
} from "./rooms-v2-answers.ts";
