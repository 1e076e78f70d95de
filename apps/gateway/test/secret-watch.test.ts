import { createHmac, randomBytes } from "node:crypto";
import { createRoom, resumeRoom } from "@roombridge/rooms";
import { TEST_REGION } from "@roombridge/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openStage, type Stage } from "./stage.ts";
import { createGame } from "./suite.ts";
import { SecretWatch } from "@roombridge/testing/secrets";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(async () => {
  await stage.close();
});

test("the watch of the other suites knows passwords, hmackeys and application secrets, and finds them anywhere", async () => {
  const { rooms, secrets } = stage;
  const { application } = await createGame(rooms);
  const { roomId, credential } = await createRoom(rooms, { application, region: TEST_REGION });
  await secrets.learn(rooms.database);
  const [row] = await rooms.database.sql<{ hmackey: string; secret: string }[]>`
    select hmackey, app_secret as secret from turn_credentials, applications`;
  for (const secret of [credential.password, row?.hmackey, row?.secret]) {
    expect(secrets.foundIn(`{"a":"${secret}"}`)).toHaveLength(1);
    expect(secrets.foundIn(`glued${secret}glued`)).toHaveLength(1);
    expect(secrets.foundIn(`{"a":"${secret?.slice(1)}"}`)).toEqual([]);
  }
  const again = await resumeRoom(rooms, application, roomId);
  expect(secrets.foundIn(JSON.stringify(again))).toHaveLength(1);
});

test("what cannot be told from other text is no secret to watch", () => {
  const key = randomBytes(32);
  const watch = new SecretWatch([{ id: "k", key }]);
  expect(watch.foundIn(`x ${key.toString("base64")} y`)).toEqual(["a TURN credential key"]);
  expect(watch.foundIn(createHmac("sha256", key).update("a").digest("hex"))).toEqual([]);
  expect(() => watch.add("a word", "secret")).toThrow("a word cannot be told");
});
