import { closeRooms, createRoom, destroyRoom, issueCredential, rotateTurnSecret } from "@roombridge/rooms";
import { openTestRooms, TEST_REGION, waitFor } from "@roombridge/testing";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openEcho, play, silence } from "../test/player.ts";
import { turnserver, useWorld } from "../test/world.ts";

describe.skipIf(turnserver === undefined)("with TURN_MODE=rest", () => {
  const world = useWorld();
  const secrets = ["the-first-shared-secret", "the-second-shared-secret"];
  beforeAll(async () => {
    await rotate(secrets[0]);
    await world().coturn.kill();
    await world().coturn.start({ authentication: "secrets" });
  });

  test("sessions end with their room, and the test allocation follows the rotation of secrets", async () => {
    const { databaseUrl, application, coturn, startAgent } = world();
    const rooms = openTestRooms(databaseUrl, { mode: "rest" });
    onTestFinished(() => closeRooms(rooms));
    const peer = await openEcho();
    onTestFinished(() => peer.close());
    const agent = await startAgent({ TURN_MODE: "rest" });

    const open = async (roomId: string) => {
      await createRoom(rooms, { application, region: TEST_REGION, roomId, needsProcess: false });
      const credential = await issueCredential(rooms, application, { roomId, playerId: "ann" });
      expect(credential.username).toMatch(/^\d{10}:[a-z0-9]+\.[a-z0-9]{16}$/);
      return play(coturn, credential, { peer });
    };
    const [gone, stays] = [await open("gone"), await open("stays")];
    await destroyRoom(rooms, application.appId, "gone");
    await silence(gone);
    expect(await stays.hears()).toBe(true);

    await rotate(secrets[1]);
    await world().rooms.database
      .sql`update turn_secrets set not_after = clock_timestamp() where value = ${secrets[0] ?? ""}`;
    await coturn.kill();
    await agent.line(/the relay does not work/, 30_000);
    await coturn.start({ authentication: "secrets" });
    const isBack = () => agent.output().match(/"the relay works"/g)?.length === 2;
    await waitFor(isBack, { what: "the test allocation to go well again", timeoutMs: 30_000 });
    for (const secret of secrets) expect(agent.output()).not.toContain(secret);
  });

  async function rotate(value = ""): Promise<void> {
    await rotateTurnSecret(world().rooms.database, { realm: "roombridge", value, overlapSeconds: 3_600 });
  }
});
