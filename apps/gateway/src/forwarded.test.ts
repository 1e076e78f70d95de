import { describe, expect, test } from "vitest";
import { forwardedFor } from "./forwarded.ts";

test.each([
  ["203.0.113.9", ["203.0.113.9"]],
  ["203.0.113.9, 10.0.0.1", ["10.0.0.1", "203.0.113.9"]],
  ["203.0.113.9:4711,10.0.0.1", ["10.0.0.1", "203.0.113.9"]],
  ["2001:db8::1", ["2001:db8::1"]],
  ["[2001:db8::1]", ["2001:db8::1"]],
  ["[2001:db8::1]:4711", ["2001:db8::1"]],
  ["unknown, 10.0.0.1", ["10.0.0.1", undefined]],
  ["' or 1=1, 999.1.1.1, ", [undefined, undefined, undefined]],
  ["", [undefined]],
])("X-Forwarded-For: %s", (value, nodes) => {
  expect(forwardedFor("x-forwarded-for", value)).toEqual(nodes);
});

describe("Forwarded (RFC 7239)", () => {
  test.each([
    ["for=192.0.2.60;proto=http;by=203.0.113.43", ["192.0.2.60"]],
    ['For="[2001:db8:cafe::17]:4711"', ["2001:db8:cafe::17"]],
    ["for=192.0.2.43, for=198.51.100.17", ["198.51.100.17", "192.0.2.43"]],
    ['for=192.0.2.43 , for="198.51.100.17:80" ; proto=https', ["198.51.100.17", "192.0.2.43"]],
    ["for=unknown, for=_hidden, for=_SEVKISEK", [undefined, undefined, undefined]],
    ["proto=https", [undefined]],
    ['host="a;for=1.1.1.1, for=2.2.2.2";for=192.0.2.60', ["192.0.2.60"]],
    ['host="a\\";for=1.1.1.1";for=192.0.2.60', ["192.0.2.60"]],
  ])("%s", (value, nodes) => {
    expect(forwardedFor("forwarded", value)).toEqual(nodes);
  });

  test.each(['for="192.0.2.60', "for 192.0.2.60", "for=1.1.1.1 for=2.2.2.2", 'for=1.1.1.1, "', "=", ",for=1.1.1.1"])(
    "%s says nothing",
    (value) => {
      expect(forwardedFor("forwarded", value)).toEqual([]);
    },
  );

  test("as long as a header can be, it is read in no time", () => {
    const began = performance.now();
    for (const part of ['"', "for=1;", "for=,", 'for="', "a=\\"])
      forwardedFor("forwarded", part.repeat(16_384 / part.length));
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
