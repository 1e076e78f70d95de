import { once } from "node:events";
import { PassThrough } from "node:stream";
import { RoomError } from "@roombridge/rooms";
import { waitFor } from "@roombridge/testing";
import { expect, test } from "vitest";
import { watchAccess } from "./watch-access.ts";

/** A stream that is watched, and how often it was looked at. */
function watch(check: (count: number) => void) {
  const stream = new PassThrough();
  stream.on("error", () => {});
  let count = 0;
  const looked = async (): Promise<void> => check((count += 1));
  watchAccess(stream, looked, 1);
  return { stream, count: () => count };
}

test("a stream breaks off when its token is refused", async () => {
  const refused = new RoomError("unauthenticated", "the token is not valid");
  const { stream } = watch((count) => {
    if (count === 3) throw refused;
  });
  await expect(once(stream, "close")).rejects.toBe(refused);
});

test("a stream goes on while nobody can tell", async () => {
  const { stream, count } = watch(() => {
    throw new Error("the database is away");
  });
  await waitFor(() => count() > 3, { what: "three failures" });
  expect(stream.closed).toBe(false);
  stream.destroy();
});

test("nobody looks any more after the end of the stream", async () => {
  const { stream, count } = watch(() => {});
  await waitFor(() => count() > 0, { what: "a look" });
  stream.destroy();
  await once(stream, "close");
  const looks = count();
  await once(AbortSignal.timeout(30), "abort");
  expect(count()).toBe(looks);
});
