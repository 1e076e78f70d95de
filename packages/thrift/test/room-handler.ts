import { RoomNotFoundException, type RoomServiceHandler } from "./room.ts";

/** What the foreign clients of the interop tests meet. */
export const roomHandler: RoomServiceHandler = {
  create: () => ({ id: "new", expires: 1_763_720_000.25, username: "new.grüße", password: "s3cret" }),
  async get(id) {
    if (id === "missing") throw new RoomNotFoundException({ reason: "room missing does not exist" });
    if (id === "broken") throw new Error("password=hunter2");
    return { id, expires: 1.5, username: "u" };
  },
  lists: () => ["a", "b"].map((id) => ({ id, expires: 0, username: id })),
  pppbool: (id) => id,
};

/** What they read, without the names that each library gives its errors. */
export const ROOM_ANSWERS = [
  { id: "new", expires: 1_763_720_000.25, username: "new.grüße", password: "s3cret" },
  { id: "here", expires: 1.5, username: "u" },
  [
    { id: "a", expires: 0, username: "a" },
    { id: "b", expires: 0, username: "b" },
  ],
  true,
  false,
  ["RoomNotFoundException", "room missing does not exist"],
  ["TApplicationException", 6, "internal error"],
];
