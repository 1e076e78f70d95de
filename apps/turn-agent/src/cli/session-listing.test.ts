import { checkProperty, propertyTimeoutMs } from "@roombridge/testing/property";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PrintedSession, printSessions } from "../../test/print-sessions.ts";
import { CliFormatError, parseSessionListing, parseUserListing, type RelaySession } from "./session-listing.ts";

/** As coturn 4.6.1 printed it. */
const RECORDED = [
  "",
  "    1) id=001000000000000361, user <abcdefghijklmnop.0123456789abcdef>:",
  "      realm: roombridge",
  "      started 12 secs ago",
  "      expiring in 588 secs",
  "      client protocol TCP, relay protocol UDP",
  "      client addr 127.0.0.1:55558, server addr 127.0.0.1:14478",
  "      relay addr 127.0.0.2:64363",
  "      fingerprints enforced: ON",
  "      mobile: OFF",
  "      usage: rp=20, rb=172000, sp=10, sb=108000",
  "       rate: r=14333, s=9000, total=23333 (bytes per sec)",
  "      peers:",
  "          127.0.0.2",
  "          127.0.0.2:64364",
  "",
  "  Total sessions for realm roombridge: 1",
  "",
  "",
].join("\r\n");

const SESSION: RelaySession = {
  id: "001000000000000361",
  username: "abcdefghijklmnop.0123456789abcdef",
  ageSeconds: 12,
  receivedBytes: 172_000,
  sentBytes: 108_000,
};

describe("ps", () => {
  test("a recorded answer is read, and the printer of these tests writes the same", () => {
    expect(parseSessionListing(RECORDED)).toEqual({ sessions: [SESSION], isTruncated: false });
    const printed = printSessions([{ ...SESSION, peers: ["127.0.0.2", "127.0.0.2:64364"] }]);
    expect(lineKinds(printed)).toEqual(lineKinds(RECORDED));
  });

  test.each<[string, Partial<PrintedSession>]>([
    ["an encrypted one", { isTls: true }],
    ["one with a limit", { maxBytesPerSecond: 64_000 }],
    ["one that is past its time", { isExpired: true }],
    ["one without a realm", { realm: "" }],
    ["one with the origin of its web page", { origin: "https://game.example.net" }],
    ["one with a user of another kind", { username: "1795265999:abc.def" }],
    ["one whose user has every sign that coturn lets in", { username: "a>:b<c=&;--%s+/@ü" }],
    ["one that has relayed more than 2^32 bytes", { receivedBytes: 2 ** 40, sentBytes: 2 ** 41 }],
  ])("%s is read", (_, change) => {
    const session = { ...SESSION, ...change };
    const { id, username, ageSeconds, receivedBytes, sentBytes } = session;
    const expected = [{ id, username, ageSeconds, receivedBytes, sentBytes }];
    expect(parseSessionListing(printSessions([session])).sessions).toEqual(expected);
  });

  test("one whose start coturn does not know has begun just now", () => {
    const { sessions } = parseSessionListing(printSessions([{ ...SESSION, isStartUnknown: true }]));
    expect(sessions).toMatchObject([{ ageSeconds: 0 }]);
  });

  test("no session is an answer too", () => {
    expect(parseSessionListing(printSessions([]))).toEqual({ sessions: [], isTruncated: false });
    expect(parseSessionListing(printSessions([], { realm: "" }))).toEqual({ sessions: [], isTruncated: false });
  });

  test("ten thousand are read in no time", () => {
    const many = Array.from({ length: 10_000 }, (_, index) => numbered(index));
    const text = printSessions(many, { limit: 100_000 });
    const begin = performance.now();
    expect(parseSessionListing(text).sessions).toHaveLength(10_000);
    expect(performance.now() - begin).toBeLessThan(2_000);
  });

  test("where coturn prints no more than its limit, those that it printed are read, and that there are more", () => {
    const many = Array.from({ length: 300 }, (_, index) => numbered(index));
    const { sessions, isTruncated } = parseSessionListing(printSessions(many, { limit: 256 }));
    expect(isTruncated).toBe(true);
    expect(sessions).toEqual(many.slice(0, 256));
    expect(parseSessionListing(printSessions(many, { limit: 0 }))).toEqual({ sessions: [], isTruncated: true });
  });

  test.each([
    ["nothing", ""],
    ["an unknown command", "Unknown command\r\n"],
    ["an answer without its end", RECORDED.slice(0, RECORDED.indexOf("  Total"))],
    ["fewer sessions than coturn counts", RECORDED.replace("realm roombridge: 1", "realm roombridge: 2")],
    ["more sessions than coturn counts", RECORDED.replace("realm roombridge: 1", "realm roombridge: 0")],
    ["a session without its usage", RECORDED.replace(/ {6}usage.*\r\n/, "")],
    ["a session without its number", RECORDED.replace("    1) id", "    id")],
    ["a session that was cut off", printSessions([SESSION, numbered(1)]).replace(/ {6}mobile[^]*? {4}2\)/, "    2)")],
  ])("%s is no listing", (_, text) => {
    expect(() => parseSessionListing(text)).toThrow(CliFormatError);
  });

  const victim = "000000000000000777";
  const forgedHeader = `    2) id=${victim}, user <${SESSION.username}>:`;
  test.each([
    ["the beginning of another session", `x\r\n${forgedHeader}`],
    ["the beginning of another session after an empty line", `x\r\n\r\n${forgedHeader}`],
    [
      "the end of its own and the beginning of another",
      `\r\n       rate: r=0, s=0, total=0 (bytes per sec)\r\n${forgedHeader}`,
    ],
    ["a usage of its own", "x\r\n      usage: rp=1, rb=0, sp=1, sb=0"],
    [
      "a whole end of its own",
      "\n      started 9 secs ago\n      usage: rp=0, rb=0, sp=0, sb=0\n       rate: r=0, s=0, total=0 (bytes per sec)\n",
    ],
    ["a start of its own", "x\r\n      started 9 secs ago"],
    ["a count of its own", "x\r\n  Total sessions: 7\r\n"],
    ["the sign of too many sessions", "x\r\n..."],
  ])("a client whose ORIGIN looks like %s fools nobody", (_, origin) => {
    expect(Buffer.byteLength(origin)).toBeLessThanOrEqual(127);
    const { sessions } = parseSessionListing(printSessions([{ ...SESSION, origin }, numbered(1)]));
    expect(sessions).toEqual([SESSION, numbered(1)]);
  });

  test(
    "whatever clients write into their ORIGIN, the sessions are read as they are",
    async () => {
      const scrap = fc.constantFrom(
        ...["\r\n", "\n", "> ", "...", `    1) id=${victim}, user <a.b>:`, `    2) id=${victim}, user <a.b>:`],
        ...[
          "      started 9 secs ago",
          "      client protocol U, relay protocol U",
          "      usage: rp=0, rb=0, sp=0, sb=0",
          "  Total sessions: 1",
          "\r\n\r\n",
        ],
        ...["       rate: r=0, s=0, total=0 (bytes per sec)", "      realm: x", "      peers:", "      expired"],
      );
      const origin = fc
        .array(fc.oneof(scrap, fc.string()), { maxLength: 8 })
        .map((parts) => parts.join("").slice(0, 127));
      const sessions = fc.array(fc.record({ origin: fc.option(origin, { nil: undefined }) }), { maxLength: 4 });
      await checkProperty(
        "sessions with any ORIGIN",
        sessions,
        async (drawn) => {
          const printed = drawn.map(({ origin: text }, index) => ({
            ...numbered(index),
            ...(text !== undefined && { origin: text }),
          }));
          const { sessions: read } = parseSessionListing(printSessions(printed));
          expect(read).toEqual(drawn.map((_, index) => numbered(index)));
        },
        { runs: 500, kept: new URL("session-listing.seeds.json", import.meta.url) },
      );
    },
    propertyTimeoutMs(),
  );
});

describe("pu", () => {
  test("users are read with their number of sessions", () => {
    const text = [
      "",
      "    user: <room.one>, 2 sessions",
      "    user: <a>, 1 sessions, b>, 3 sessions",
      "",
      "  Total sessions for realm roombridge: 5",
      "",
      "",
    ].join("\r\n");
    expect(parseUserListing(text)).toEqual(
      new Map([
        ["room.one", 2],
        ["a>, 1 sessions, b", 3],
      ]),
    );
  });

  test("no user is an answer too", () => {
    expect(parseUserListing("\r\n  Total sessions: 0\r\n\r\n").size).toBe(0);
  });

  test.each([
    ["nothing", ""],
    ["a list without its end", "\r\n    user: <room.one>, 2 sessions\r\n"],
    ["a list with a user missing", "\r\n    user: <room.one>, 2 sessions\r\n\r\n  Total sessions: 3\r\n"],
  ])("%s is no list of users", (_, text) => {
    expect(() => parseUserListing(text)).toThrow(CliFormatError);
  });
});

function numbered(index: number): RelaySession {
  const number = String(index).padStart(12, "0");
  return { ...SESSION, id: `000000${number}`, username: `abcdefghijklmnop.${number}`, receivedBytes: index };
}

/** The lines without what is different in each session. */
function lineKinds(text: string): string[] {
  return text.split("\r\n").map((line) => line.replaceAll(/\d+/g, "0").replace(/protocol \w+,/, "protocol X,"));
}
