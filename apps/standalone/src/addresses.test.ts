import { expect, test } from "vitest";
import { formatAddress, localAddress, turnUris } from "./addresses.ts";

test.each([
  ["127.0.0.1", "127.0.0.1:80"],
  ["::1", "[::1]:80"],
  ["localhost", "localhost:80"],
])("%s is written as %s", (host, expected) => {
  expect(formatAddress(host, 80)).toBe(expected);
});

test.each([
  ["0.0.0.0", "127.0.0.1:80"],
  ["::", "[::1]:80"],
  ["192.0.2.1", "192.0.2.1:80"],
])("a listener on %s is reached here at %s", (host, expected) => {
  expect(localAddress(host, 80)).toBe(expected);
});

test("clients are told the address that the relay listens on, for UDP first", () => {
  expect(turnUris({ host: "127.0.0.1", port: 3478, relayIp: "127.0.0.2" })).toEqual([
    "turn:127.0.0.1:3478?transport=udp",
    "turn:127.0.0.1:3478?transport=tcp",
  ]);
});

test("behind NAT they are told the address before it, and a port for TLS if there is one", () => {
  const relay = { host: "0.0.0.0", port: 3478, relayIp: "10.0.0.5", tlsPort: 5349, externalIp: "198.51.100.7" };
  expect(turnUris(relay)).toEqual([
    "turn:198.51.100.7:3478?transport=udp",
    "turn:198.51.100.7:3478?transport=tcp",
    "turns:198.51.100.7:5349?transport=tcp",
  ]);
});

test.each(["0.0.0.0", "::"])("nobody can be told the address %s, so the relay's own address stands for it", (host) => {
  expect(turnUris({ host, port: 3478, relayIp: "192.0.2.1" })[0]).toBe("turn:192.0.2.1:3478?transport=udp");
});
