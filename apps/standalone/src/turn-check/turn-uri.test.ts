import { expect, test } from "vitest";
import { parseTurnUri } from "./turn-uri.ts";

test.each([
  ["turn:relay.example.net", { host: "relay.example.net", port: 3478, transport: "udp" }],
  ["turn:127.0.0.1:3479?transport=udp", { host: "127.0.0.1", port: 3479, transport: "udp" }],
  ["turn:127.0.0.1:443?transport=tcp", { host: "127.0.0.1", port: 443, transport: "tcp" }],
  ["turn:[2001:db8::1]?transport=tcp", { host: "2001:db8::1", port: 3478, transport: "tcp" }],
  ["turns:relay.example.net", { host: "relay.example.net", port: 5349, transport: "tls" }],
  ["turns:relay.example.net:443?transport=tcp", { host: "relay.example.net", port: 443, transport: "tls" }],
])("%s leads to %j", (uri, address) => {
  expect(parseTurnUri(uri)).toEqual(address);
});

test.each(["stun:relay.example.net", "turns:relay.example.net?transport=udp", "turn:", "turn:a b", "https://x", ""])(
  "%j is not the address of a relay",
  (uri) => {
    expect(parseTurnUri(uri)).toBeUndefined();
  },
);
