import { expect, test } from "vitest";
import { parseTrustedProxies } from "./trusted-proxies.ts";

test.each([
  ["192.0.2.1", "192.0.2.1", "192.0.2.2"],
  ["192.0.2.0/24", "192.0.2.255", "192.0.3.0"],
  ["192.0.2.1", "::ffff:192.0.2.1", "::ffff:192.0.2.2"],
  ["2001:db8::/32", "2001:db8:ffff::1", "2001:db9::1"],
  ["2001:db8::1", "2001:db8::1", "2001:db8::2"],
  ["loopback", "127.8.8.8", "128.0.0.1"],
  ["loopback", "::1", "::2"],
  ["private", "10.1.2.3", "11.1.2.3"],
  ["private", "172.31.0.1", "172.32.0.1"],
  ["private", "192.168.0.1", "192.169.0.1"],
  ["private", "fd00::1", "fe80::1"],
  [" loopback , 192.0.2.1 ", "192.0.2.1", "10.0.0.1"],
  ["0.0.0.0/0", "8.8.8.8", "2001:db8::1"],
])("%s trusts %s and not %s", (text, trusted, other) => {
  const proxies = parseTrustedProxies(text);
  expect([proxies?.trusts(trusted), proxies?.trusts(other)]).toEqual([true, false]);
});

test.each([
  "x",
  "10.0.0.0/33",
  "::/129",
  "10.0.0.0/8/8",
  "10.0.0/8",
  "10.0.0.0/",
  "10.0.0.0/-1",
  "loopback,",
  "fe80::1%eth0",
])("%s is refused", (text) => {
  expect(parseTrustedProxies(text)).toBeUndefined();
});
