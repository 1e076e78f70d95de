import { networkInterfaces } from "node:os";
import { expect, test } from "vitest";
import { relayAddress } from "./relay-address.ts";

test.each([
  ["127.0.0.1", "linux", "127.0.0.2"],
  ["127.0.0.1", "darwin", "127.0.0.1"],
  ["192.168.1.5", "linux", "192.168.1.5"],
  ["192.168.1.5", "darwin", "192.168.1.5"],
] as const)("listening on %s of %s, coturn relays on %s", (listenIp, platform, relayIp) => {
  expect(relayAddress(listenIp, platform)).toBe(relayIp);
});

test.each(["0.0.0.0", "::", "::1"])("listening on %s, it relays on an IPv4 address of this machine", (listenIp) => {
  const own = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map(({ address }) => address),
  );
  expect([...own, "127.0.0.2"]).toContain(relayAddress(listenIp));
});

test.each(["", "localhost", "turn.example.org", "1.2.3"])("%j is refused: it is no IP address", (listenIp) => {
  expect(() => relayAddress(listenIp)).toThrow("TURN_HOST must be an IP address");
});
