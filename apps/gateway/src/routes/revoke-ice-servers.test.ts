import { CredentialList, IceServersAnswer, RoomAllocationData } from "@roombridge/models/api";
import { expectConsistent } from "@roombridge/testing";
import { describe, expect, test } from "vitest";
import { callerOf } from "../../test/caller.ts";
import { createGame, useGateway } from "../../test/suite.ts";

const suite = useGateway();
const PATH = "/rooms/v2/{appId}/iceservers/room";

async function play() {
  const { app, rooms } = suite();
  const game = await createGame(rooms);
  const caller = callerOf(app, game);
  const created = await caller.createRoom("room");
  const issue = async (playerId: string, path = PATH) =>
    IceServersAnswer.parse((await caller.send("POST", path, { playerId })).body).username;
  const revoke = async (body: object) => {
    const answer = await caller.send("POST", `${PATH}/revoke`, body);
    await expectConsistent(rooms.database);
    return { status: answer.status, body: answer.body };
  };
  const live = async (path = PATH) => {
    const { credentials } = CredentialList.parse((await caller.send("GET", path)).body);
    return credentials.filter(({ state }) => state === "live").map(({ username }) => username);
  };
  return { ...game, ...caller, issue, revoke, live, own: created.iceServers[0]?.username ?? "" };
}

describe("200", () => {
  test("one credential, or those of a player, and nobody else's", async () => {
    const { issue, revoke, live, own } = await play();
    const [first, second, other] = [await issue("p1"), await issue("p1"), await issue("p2")];
    expect(await revoke({ username: first })).toEqual({ status: 200, body: { revoked: 1 } });
    expect(await live()).toEqual([other, second, own]);
    expect(await revoke({ playerId: "p1" })).toEqual({ status: 200, body: { revoked: 1 } });
    expect(await live()).toEqual([other, own]);
  });

  test("a second time there is nothing left to revoke", async () => {
    const { issue, revoke } = await play();
    const username = await issue("p1");
    await revoke({ username });
    expect(await revoke({ username })).toEqual({ status: 200, body: { revoked: 0 } });
    expect(await revoke({ playerId: "p1" })).toEqual({ status: 200, body: { revoked: 0 } });
  });

  test("the whole room: resume answers a new credential, with which it goes on", async () => {
    const { send, issue, revoke, live, own } = await play();
    await issue("p1");
    expect(await revoke({})).toEqual({ status: 200, body: { revoked: 2 } });
    const { iceServers } = RoomAllocationData.parse((await send("POST", "/rooms/v2/{appId}/resume/room")).body);
    expect(await live()).toEqual([iceServers[0]?.username]);
    expect(iceServers[0]?.username).not.toBe(own);
    await issue("p1");
  });

  test("a username of another room means nothing here", async () => {
    const { createRoom, issue, revoke, live } = await play();
    const other = "/rooms/v2/{appId}/iceservers/other";
    await createRoom("other");
    const username = await issue("p1", other);
    expect(await revoke({ username })).toEqual({ status: 200, body: { revoked: 0 } });
    expect(await live(other)).toContain(username);
  });

  test("a new room of the same id is not touched by what was revoked before", async () => {
    const { send, createRoom, issue, revoke, live } = await play();
    const username = await issue("p1");
    await send("POST", "/rooms/v2/{appId}/destroy/room");
    const { iceServers } = await createRoom("room");
    expect(await revoke({ username })).toEqual({ status: 200, body: { revoked: 0 } });
    expect(await live()).toEqual([iceServers[0]?.username]);
  });
});

test("401 without a token", async () => {
  const response = await suite().app.request("/rooms/v2/app-1/iceservers/room/revoke", { method: "POST", body: "{}" });
  expect(response.status).toBe(401);
});

test("404 for an unknown room, and for a destroyed one", async () => {
  const { send, revoke } = await play();
  await send("POST", "/rooms/v2/{appId}/destroy/room");
  expect(await revoke({})).toEqual({ status: 404, body: { message: "no room room" } });
  const unknown = await send("POST", "/rooms/v2/{appId}/iceservers/no/revoke", { playerId: "p1" });
  expect(unknown).toMatchObject({ status: 404, body: { message: "no room no" } });
});

test.each([
  ["a key that is spelled wrong", '{"playerid":"p1"}', /playerid/],
  ["no body, lest one that got lost revokes the whole room", "", /^body: a JSON object is required$/],
  ["malformed JSON", "{", /^body: malformed JSON$/],
  ["a list", "[]", /^body: /],
  ["a username and a player", '{"username":"a","playerId":"b"}', /^playerId: not together with username$/],
  ["null in place of a username", '{"username":null}', /^username: /],
])("422 for %s, and nothing is revoked", async (_, body, message) => {
  const { appId, token, live, own } = await play();
  const response = await suite().app.request(`${PATH.replace("{appId}", appId)}/revoke`, {
    method: "POST",
    headers: { authorization: token },
    body,
  });
  expect([response.status, await response.json()]).toEqual([422, { message: expect.stringMatching(message) }]);
  expect(await live()).toEqual([own]);
});
