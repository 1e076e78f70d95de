import type { Operation } from "./operation.ts";
import { createRoomOperation } from "./routes/create-room.ts";
import { destroyRoomOperation } from "./routes/destroy-room.ts";
import { getConnectionInfoOperation } from "./routes/get-connection-info.ts";
import { getRoomInfoOperation } from "./routes/get-room-info.ts";

/** Everything that the API offers, in the order of its document. */
export const OPERATIONS: readonly Operation[] = [
  createRoomOperation,
  getRoomInfoOperation,
  getConnectionInfoOperation,
  destroyRoomOperation,
];
