import { describe, expect, test } from "vitest";
import { Clients, type ProxySettings } from "./client-address.ts";
import { parseTrustedProxies } from "./trusted-proxies.ts";

const header = "x-forwarded-for";
const proxies = parseTrustedProxies("loopback,10.0.0.0/8");

function clientOf(asked: ReturnType<typeof incoming>, settings: ProxySettings) {
  return new Clients(settings).clientOf(asked);
}

function incoming(remoteAddress: string | undefined, headers: Record<string, string> = {}) {
  return { socket: { remoteAddress }, headers };
}

describe("the client is", () => {
  test.each<[string, string, string | undefined, string, boolean]>([
    ["who connects", "203.0.113.9", undefined, "203.0.113.9", false],
    ["who connects from this machine", "127.0.0.1", undefined, "127.0.0.1", true],
    ["who connects, whatever they say of others", "203.0.113.9", "198.51.100.1", "203.0.113.9", false],
    ["whom a proxy names", "10.0.0.1", "203.0.113.9", "203.0.113.9", false],
    ["whom a proxy of this machine names", "::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9", false],
    ["whom the first proxy on the way names", "10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9", false],
    ["not whom the client itself names", "10.0.0.1", "198.51.100.1, 127.0.0.1, 203.0.113.9", "203.0.113.9", false],
    ["a proxy that asks for itself through another one", "10.0.0.1", "10.0.0.2", "10.0.0.2", false],
    ["not of this machine because a proxy says so", "10.0.0.1", "127.0.0.1", "127.0.0.1", false],
    ["the proxy where it names nobody", "127.0.0.1", "unknown", "127.0.0.1", false],
    ["the last proxy that names somebody", "10.0.0.1", "unknown, 10.0.0.2", "10.0.0.2", false],
  ])("%s", (_, remote, said, address, isLocal) => {
    const asked = incoming(remote, said === undefined ? {} : { [header]: said });
    expect(clientOf(asked, { proxies, header })).toMatchObject({ address, isLocal });
  });

  test("who connects, when nobody is trusted", () => {
    const asked = incoming("127.0.0.1", { [header]: "203.0.113.9" });
    expect(clientOf(asked, { proxies: undefined, header })).toMatchObject({ address: "127.0.0.1", isLocal: true });
  });

  test("whom the one header names that was chosen", () => {
    const asked = incoming("10.0.0.1", { [header]: "198.51.100.1", forwarded: "for=203.0.113.9" });
    expect(clientOf(asked, { proxies, header: "forwarded" }).address).toBe("203.0.113.9");
    expect(clientOf(asked, { proxies, header }).address).toBe("198.51.100.1");
  });

  test("unknown, and somebody, when the connection has just been closed", () => {
    expect(clientOf(incoming(undefined), { proxies, header })).toMatchObject({ address: "unknown", isLocal: false });
  });

  test("as many as a proxy asks for over one connection", () => {
    const clients = new Clients({ proxies, header });
    const { socket } = incoming("10.0.0.1");
    const addresses = ["203.0.113.9", undefined, "203.0.113.8"].map(
      (said) => clients.clientOf({ socket, headers: said === undefined ? {} : { [header]: said } }).address,
    );
    expect(addresses).toEqual(["203.0.113.9", "10.0.0.1", "203.0.113.8"]);
  });
});
