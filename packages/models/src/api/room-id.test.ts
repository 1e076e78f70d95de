import { expect, test } from "vitest";
import { RoomId } from "./index.ts";

test.each(["a", "2swovpy1fnunu", "Lobby_1-a", "-", "x".repeat(100)])("%s may be a roomId", (text) => {
  expect(RoomId.safeParse(text).success).toBe(true);
});

test.each(["", "x".repeat(101), "a b", "a/b", "a\n", "\u0000", "ä", "\u{1F3AE}", 1, null])("%j may not", (value) => {
  expect(RoomId.safeParse(value).success).toBe(false);
});
