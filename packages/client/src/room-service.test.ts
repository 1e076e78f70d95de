import { RoomNotFoundException, RoomService as Service, type RoomServiceHandler } from "@roombridge/models/thrift";
import { ApplicationException, createProcessor, ThriftServer, type ThriftServerOptions } from "@roombridge/thrift";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { failureOf } from "../test/failure-of.ts";
import { RoomService, type RoomServiceOptions } from "./room-service.ts";

const ROOM = { id: "r1", expires: 1_795_255_200.5, username: "key.suffix", password: "secret" };

const HANDLER: RoomServiceHandler = {
  create: () => ROOM,
  get: (id) => {
    if (id === "full") throw new ApplicationException(6, "no free slot in Tokyo");
    throw new RoomNotFoundException({ reason: `no room ${id}` });
  },
  lists: () => [{ id: "r1", expires: 1, username: "u" }],
  pppbool: (id) => id,
};

async function serve(
  handler: RoomServiceHandler = HANDLER,
  options: RoomServiceOptions = {},
  serverOptions: Omit<ThriftServerOptions, "processors"> = {},
): Promise<RoomService> {
  const server = new ThriftServer({ processors: [createProcessor(Service, handler)], ...serverOptions });
  const client = new RoomService({ port: await server.listen({ port: 0 }), deadlineMs: 5_000, ...options });
  onTestFinished(async () => {
    await client.close();
    await server.close();
  });
  return client;
}

describe("RoomService", () => {
  test.each<RoomServiceOptions>([
    {},
    { transport: "unframed", protocol: "json" },
    { protocol: "old-binary" },
    { transport: "theader", protocol: "compact", connections: 3 },
    { transport: "http" },
    { transport: "http", protocol: "compact", connections: 1 },
    { transport: "http", protocol: "json" },
  ])("calls all four methods: %j", async (options) => {
    const client = await serve(HANDLER, options);
    expect(await client.create()).toEqual(ROOM);
    expect(await client.lists()).toEqual([{ id: "r1", expires: 1, username: "u" }]);
    expect(await client.pppbool(true)).toBe(true);
    expect(await failureOf(client.get("x"))).toMatchObject({
      code: "room_not_found",
      message: "no room x",
      isRetryable: false,
      mayHaveBeenDone: false,
    });
  });

  test("the service's own refusal keeps its sentence", async () => {
    const client = await serve();
    expect(await failureOf(client.get("full"))).toMatchObject({
      code: "api",
      message: "no free slot in Tokyo",
      mayHaveBeenDone: true,
    });
  });

  test("over HTTP shows its token, and says with which status it was refused", async () => {
    const guarded = { http: { authenticate: (token?: string) => token === "right" }, direct: "refuse" } as const;
    const client = await serve(HANDLER, { transport: "http", token: "right" }, guarded);
    expect(await client.create()).toEqual(ROOM);
    const stranger = await serve(HANDLER, { transport: "http", token: "wrong" }, guarded);
    expect(await failureOf(stranger.create())).toMatchObject({ code: "api", status: 401, mayHaveBeenDone: false });
  });

  test("has a deadline for all calls, which one may shorten", async () => {
    const { promise, resolve } = Promise.withResolvers<typeof ROOM>();
    const client = await serve({ ...HANDLER, create: () => promise }, { deadlineMs: 100 });
    expect(await failureOf(client.create())).toMatchObject({ code: "timeout" });
    resolve(ROOM);
  });

  test.each<RoomServiceOptions>([
    { token: "over-tcp" },
    { transport: "theader", protocol: "json" },
    { connections: 0 },
    { deadlineMs: 0 },
  ])("refuses options that make no sense: %j", (options) => {
    expect(() => new RoomService(options)).toThrow(expect.objectContaining({ code: "invalid_argument" }));
  });

  test("a deadline and an abort are told apart", async () => {
    const { promise, resolve } = Promise.withResolvers<typeof ROOM>();
    const client = await serve({ ...HANDLER, create: () => promise });
    expect(await failureOf(client.create({ timeoutMs: 50 }))).toMatchObject({
      code: "timeout",
      isRetryable: true,
      mayHaveBeenDone: true,
    });
    const controller = new AbortController();
    const call = failureOf(client.create({ signal: controller.signal }));
    controller.abort();
    expect(await call).toMatchObject({ code: "aborted" });
    resolve(ROOM);
  });

  test("nobody there, and a service that is no Thrift, are network and invalid_response", async () => {
    const noThrift = createServer((socket) =>
      socket
        .on("error", () => {})
        .resume()
        .end("HTTP/1.1 400 Bad Request\r\n\r\n"),
    ).listen(0, "127.0.0.1");
    await once(noThrift, "listening");
    const address = noThrift.address();
    const port = typeof address === "object" && address ? address.port : 0;
    const client = new RoomService({ port, deadlineMs: 5_000 });
    expect(await failureOf(client.create())).toMatchObject({ code: "invalid_response" });
    noThrift.close();
    await once(noThrift, "close");
    expect(await failureOf(client.create())).toMatchObject({ code: "network", mayHaveBeenDone: false });
    await client.close();
    expect(await failureOf(client.create())).toMatchObject({ code: "aborted" });
  });
});
