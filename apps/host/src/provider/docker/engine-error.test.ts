import { expect, test } from "vitest";
import { plainPort } from "../../../test/process-spec.ts";
import { PortTakenError, ProviderAwayError, SpawnError } from "../provider.ts";
import { EngineRefusedError, toEngineError, toStartError } from "./engine-error.ts";

const PORTS = [plainPort(20_000), plainPort(20_001, { name: "udp", transportType: "udp" })];

test.each([
  [
    "driver failed programming external connectivity on endpoint x: Bind for 0.0.0.0:20000 failed: port is already allocated",
    [20_000],
  ],
  ["Error starting userland proxy: listen udp4 127.0.0.1:20001: bind: address already in use", [20_001]],
  ["Ports are not available: exposing port TCP 0.0.0.0:20000 -> 0.0.0.0:0", [20_000]],
  ["rootlessport cannot expose ports: address already in use", [20_000, 20_001]],
  ["Bind for 0.0.0.0:200001 failed: port is already allocated", [20_000, 20_001]],
])("%j is told as taken ports", (message, ports) => {
  const error = toStartError(new EngineRefusedError(500, message), PORTS);
  expect(error).toBeInstanceOf(PortTakenError);
  expect(error).toMatchObject({ ports });
});

test("any other refusal is a process that cannot exist", () => {
  const error = toStartError(new EngineRefusedError(400, "Range of CPUs is from 0.01 to 2.00"), PORTS);
  expect(error).toBeInstanceOf(SpawnError);
  expect(String(error)).toContain("Range of CPUs is from 0.01 to 2.00");
});

test.each([
  "transport is closing: unavailable",
  "connection closed: unavailable",
  'connection error: desc = "transport: Error while dialing dial unix /run/containerd/containerd.sock: connect: connection refused": unavailable',
  "rpc error: code = Unavailable desc = error reading from server: EOF",
])("an engine that has lost what runs its containers is away: %s", (message) => {
  expect(toEngineError({ statusCode: 500, json: { message } }, "start")).toBeInstanceOf(ProviderAwayError);
});

test("an answer with status 500 is a refusal", () => {
  const refused = toEngineError({ statusCode: 500, json: { message: "the address is unavailable" } }, "start");
  expect(refused).toBeInstanceOf(EngineRefusedError);
});

test("no answer is no refusal", () => {
  const away = toEngineError(new Error("connect ECONNREFUSED"), "start");
  expect(away).toBeInstanceOf(ProviderAwayError);
  expect(toStartError(away, PORTS)).toBe(away);
});
