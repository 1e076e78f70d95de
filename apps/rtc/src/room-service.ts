import { RoomNotFoundException, type RoomServiceHandler } from "@roombridge/models/thrift";
import type { Region } from "@roombridge/models/api";
import { createRoom, getRoomCredential, listRooms, type Application, type RoomsContext } from "@roombridge/rooms";
import { toThriftError } from "./thrift-error.ts";
import { toRoomInfo } from "./to-room-info.ts";

export interface RoomServiceSettings {
  /** The application whose rooms `create` makes and `lists` shows. */
  readonly application: Application;
  /** Where `create` places its rooms. */
  readonly region: Region;
  /** Rooms in one answer of `lists`, the newest ones. */
  readonly listsMax: number;
}

/** RoomService of idl/room.thrift on the same core as RoomsV2. */
export function createRoomService(rooms: RoomsContext, settings: RoomServiceSettings): RoomServiceHandler {
  const { application, region, listsMax } = settings;
  return {
    async create() {
      try {
        const room = await createRoom(rooms, { application, region, needsProcess: false });
        return toRoomInfo({ roomId: room.roomId, ...room.credential });
      } catch (error) {
        throw toThriftError(error);
      }
    },

    async get(id) {
      try {
        const room = await getRoomCredential(rooms, application, id);
        return toRoomInfo({ roomId: room.roomId, ...room.credential });
      } catch (error) {
        throw toThriftError(error, (reason) => new RoomNotFoundException({ reason }));
      }
    },

    async lists() {
      try {
        const listed = await listRooms(rooms, application.appId, listsMax);
        return listed.map(toRoomInfo);
      } catch (error) {
        throw toThriftError(error);
      }
    },

    pppbool: (id) => id,
  };
}
