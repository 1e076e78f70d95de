import { BlockList } from "node:net";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isLoopback, networkOf } from "./address.ts";

test.each([
  ["192.0.2.1", "192.0.2.1"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["::FFFF:192.0.2.1", "192.0.2.1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
  ["2001:0DB8:0001:0002::", "2001:db8:1:2"],
  ["2001:db8::1", "2001:db8:0:0"],
  ["::1", "0:0:0:0"],
  ["::", "0:0:0:0"],
  ["fe80::1%eth0", "fe80:0:0:0"],
  ["1::2:3:4:5:6:7", "1:0:2:3"],
  ["64:ff9b::192.0.2.33", "64:ff9b:0:0"],
])("%s is one client with all of %s", (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test("two IPv6 addresses are one client if and only if they share their first 64 bits", () => {
  const isMapped = (address: string) => networkOf(address).includes(".");
  const anyIpv6 = fc.ipV6().filter((address) => !isMapped(address));
  fc.assert(
    fc.property(anyIpv6, anyIpv6, fc.integer({ min: 0, max: 0xffff }), (one, other, group) => {
      const subnet = new BlockList();
      subnet.addSubnet(one, 64, "ipv6");
      const near = `${networkOf(one)}:${group.toString(16)}:0:0:1`;
      expect(subnet.check(near, "ipv6")).toBe(true);
      for (const another of [other, near])
        expect(networkOf(another) === networkOf(one)).toBe(subnet.check(another, "ipv6"));
    }),
    { numRuns: 300 },
  );
});

test.each([
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["128.0.0.1", false],
  ["10.0.0.1", false],
  ["::2", false],
])("%s is of this machine: %s", (address, is) => {
  expect(isLoopback(address)).toBe(is);
});
