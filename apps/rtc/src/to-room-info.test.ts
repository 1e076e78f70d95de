import { expect, test } from "vitest";
import { toRoomInfo } from "./to-room-info.ts";

test("expires is in epoch seconds with a fraction, never in milli- or microseconds", () => {
  const info = toRoomInfo({
    roomId: "r",
    username: "u",
    password: "p",
    expiresAt: new Date("2026-11-21T10:00:00.250Z"),
  });
  expect(info).toEqual({ id: "r", expires: 1_795_255_200.25, username: "u", password: "p" });
});

test("without a password there is no such field", () => {
  expect(toRoomInfo({ roomId: "r", username: "u", expiresAt: new Date(0) })).toEqual({
    id: "r",
    expires: 0,
    username: "u",
  });
});
