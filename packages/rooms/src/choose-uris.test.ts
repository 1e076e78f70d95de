import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseUris, type Relay } from "./choose-uris.ts";

const REGIONS = ["London", "Tokyo", "Dallas"];
const fallbackUris = ["turn:fallback.example.net"];

function relay(name: string, more: Partial<Relay> = {}): Relay {
  const uris = [`turns:${name}?transport=tcp`, `turn:${name}?transport=tcp`, `turn:${name}?transport=udp`];
  return { serverId: name, regions: ["London"], uris, sessions: 0, ...more };
}

describe("chooseUris", () => {
  test("a relay of the region by udp, tcp and TLS, and one of another region to fall back on", () => {
    const relays = [relay("tokyo", { regions: ["Tokyo"] }), relay("london")];
    expect(chooseUris(relays, { region: "London", fallbackUris })).toEqual([
      "turn:london?transport=udp",
      "turn:london?transport=tcp",
      "turns:london?transport=tcp",
      "turn:tokyo?transport=udp",
    ]);
  });

  test("the relay with fewer sessions first, then the next of the region", () => {
    const relays = [relay("busy", { sessions: 9 }), relay("idle", { sessions: 1 })];
    expect(chooseUris(relays, { region: "London", fallbackUris })).toEqual([
      "turn:idle?transport=udp",
      "turn:idle?transport=tcp",
      "turns:idle?transport=tcp",
      "turn:busy?transport=udp",
    ]);
  });

  test("relays of other regions where the region has none, and any where none is asked for", () => {
    const relays = [relay("tokyo", { regions: ["Tokyo"], sessions: 1 })];
    expect(chooseUris(relays, { region: "London", fallbackUris })).toHaveLength(3);
    expect(chooseUris(relays, { region: undefined, fallbackUris })).toHaveLength(3);
  });

  test("a relay without regions is near to all", () => {
    const relays = [relay("all", { regions: [], sessions: 5 }), relay("tokyo", { regions: ["Tokyo"] })];
    expect(chooseUris(relays, { region: "London", fallbackUris })[0]).toBe("turn:all?transport=udp");
  });

  test("udp, tcp, TLS, then DTLS, also where the transport goes without saying", () => {
    const uris = ["turns:a?transport=udp", "turns:a", "turn:a?transport=tcp", "turn:a"];
    const chosen = chooseUris([relay("a", { uris })], { region: "London", fallbackUris });
    expect(chosen).toEqual(["turn:a", "turn:a?transport=tcp", "turns:a", "turns:a?transport=udp"]);
  });

  test("without a relay that could be reached, what is configured, however much", () => {
    const many = ["turn:1", "turn:2", "turn:3", "turn:4", "turn:5"];
    expect(chooseUris([], { region: "London", fallbackUris: many })).toEqual(many);
    expect(chooseUris([relay("mute", { uris: [] })], { region: "London", fallbackUris: many })).toEqual(many);
  });
});

const relays = fc.uniqueArray(
  fc.record({
    serverId: fc.stringMatching(/^[a-f]{1,2}$/),
    regions: fc.subarray(REGIONS),
    uris: fc.subarray(["turn:a", "turn:b?transport=udp", "turn:a?transport=tcp", "turns:c?transport=tcp", "turns:d"]),
    sessions: fc.nat(3),
  }),
  { selector: ({ serverId }) => serverId, maxLength: 6 },
);
const region = fc.option(fc.constantFrom(...REGIONS), { nil: undefined });

test("whatever relays there are", () => {
  fc.assert(
    fc.property(relays, region, (known, wanted) => {
      const chosen = chooseUris(known, { region: wanted, fallbackUris });
      const offered = known.flatMap(({ uris }) => uris);
      if (offered.length === 0) {
        expect(chosen).toEqual(fallbackUris);
        return;
      }
      // One to four, each of them once, and of a relay that there is.
      expect(chosen.length).toBeGreaterThan(0);
      expect(chosen.length).toBeLessThanOrEqual(4);
      expect(new Set(chosen).size).toBe(chosen.length);
      expect(offered).toEqual(expect.arrayContaining([...chosen]));
      const isNear = (one: Relay) => wanted === undefined || one.regions.length === 0 || one.regions.includes(wanted);
      const near = known.filter((one) => isNear(one) && one.uris.length > 0);
      const nearUris = near.flatMap(({ uris }) => uris);
      const farUris = offered.filter((uri) => !nearUris.includes(uri));
      // What is near comes first, with the least busy relay at the head; at most one is far, if anything is near.
      const first = Math.min(
        ...(near.length > 0 ? near : known.filter(({ uris }) => uris.length > 0)).map((one) => one.sessions),
      );
      const heads = known.filter((one) => one.sessions === first && one.uris.includes(chosen[0] ?? ""));
      expect(heads.length).toBeGreaterThan(0);
      if (near.length > 0) {
        const isFar = chosen.map((uri) => !nearUris.includes(uri));
        expect(isFar.filter(Boolean).length).toBe(Math.min(1, new Set(farUris).size));
        expect(isFar.indexOf(true)).toBe(farUris.length > 0 ? chosen.length - 1 : -1);
      }
      // The order of the rows says nothing.
      expect(chooseUris(known.toReversed(), { region: wanted, fallbackUris })).toEqual(chosen);
    }),
    { numRuns: 500 },
  );
});
