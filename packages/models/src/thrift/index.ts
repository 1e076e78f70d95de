export { RoomNotFoundException, RoomService, RoomServiceClient } from "./room.ts";
export type { RoomInfo, RoomServiceHandler } from "./room.ts";
