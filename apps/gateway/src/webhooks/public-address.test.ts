import { describe, expect, test } from "vitest";
import { isPublicAddress, literalAddress, lookupPublic } from "./public-address.ts";

test.each([
  "1.1.1.1",
  "8.8.8.8",
  "100.63.255.255",
  "172.32.0.1",
  "192.167.1.1",
  "2606:4700:4700::1111",
  "2a00:1450::1",
])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "127.9.9.9",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.192",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::ffff:127.0.0.1",
  "::ffff:8.8.8.8",
  "64:ff9b::7f00:1",
  "2001:0:1::",
  "2001:db8::1",
  "2002:7f00:1::",
  "fc00::1",
  "fd00:ec2::254",
  "fe80::1",
  "fe80::1%lo",
  "ff02::1",
  "localhost",
  "",
])("%j is not", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  ["http://127.1/", "127.0.0.1"],
  ["http://0x7f000001/", "127.0.0.1"],
  ["http://2130706433/", "127.0.0.1"],
  ["http://[::1]:8080/", "::1"],
  ["http://[::ffff:10.0.0.1]/", "::ffff:a00:1"],
  ["http://example.net/", undefined],
])("the address in %s is %s", (url, address) => {
  expect(literalAddress(new URL(url))).toBe(address);
});

describe("a name that leads to this machine", () => {
  test.each([false, true])("resolves to nothing (all: %s)", async (all) => {
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    lookupPublic("localhost", { all }, (error) => resolve(error));
    expect((await promise)?.message).toBe("not a public address");
  });
});
