import { describe, expect, test } from "vitest";
import { parseEnv } from "./env.ts";

const key = Buffer.alloc(32, 7).toString("base64");
const REQUIRED = { DATABASE_URL: "postgres://me:db-password@127.0.0.1:5432/rooms", TURN_CREDENTIAL_KEYS: `k1:${key}` };

function problemsOf(variables: NodeJS.ProcessEnv): string[] {
  try {
    parseEnv(variables);
  } catch (error) {
    return error instanceof Error ? error.message.split("\n") : [];
  }
  return [];
}

test("what is not set has the documented defaults", () => {
  expect(parseEnv(REQUIRED)).toMatchObject({
    GATEWAY_HOST: "127.0.0.1",
    GATEWAY_PORT: 8080,
    GATEWAY_BASE_PATH: "",
    GATEWAY_WAKE_ON_CONNECTION_INFO: "1",
    GATEWAY_FORWARDED_HEADER: "x-forwarded-for",
    GATEWAY_PUBLIC_RATE: 50,
    GATEWAY_PUBLIC_BURST: 100,
    GATEWAY_TOKEN_RATE: 0,
    GATEWAY_AUTH_FAILURES_PER_MINUTE: 60,
    GATEWAY_REQUEST_SECONDS: 30,
    GATEWAY_MAX_CONNECTIONS: 10_000,
    TURN_REALM: "roombridge",
    TURN_URIS: [],
    TURN_TTL_SECONDS: 3_600,
    TURN_MODE: "db",
    TURN_CREDENTIALS_PER_ROOM: 1_000,
    TURN_SESSIONS_PER_ROOM: 0,
    TURN_ISSUE_PER_MINUTE: 600,
    LOG_LEVEL: "info",
  });
});

test("an empty variable counts as not set", () => {
  expect(parseEnv({ ...REQUIRED, GATEWAY_PORT: "", TURN_URIS: "" })).toMatchObject({
    GATEWAY_PORT: 8080,
    TURN_URIS: [],
  });
});

test("values are read into their types", () => {
  const env = parseEnv({
    ...REQUIRED,
    GATEWAY_PORT: "0",
    TURN_URIS: "turn:a.example:3478?transport=udp, turns:a.example:5349",
    TURN_TTL_SECONDS: "86400",
    LOG_FORMAT: "json",
  });
  expect(env).toMatchObject({
    GATEWAY_PORT: 0,
    TURN_URIS: ["turn:a.example:3478?transport=udp", "turns:a.example:5349"],
    TURN_TTL_SECONDS: 86_400,
    TURN_CREDENTIAL_KEYS: [{ id: "k1", key: Buffer.alloc(32, 7) }],
  });
});

test.each([
  ["/", ""],
  ["/hathora", "/hathora"],
  ["/hathora/", "/hathora"],
  ["/a-b/v1.2/~c_/", "/a-b/v1.2/~c_"],
])("GATEWAY_BASE_PATH=%s is %o", (given, path) => {
  expect(parseEnv({ ...REQUIRED, GATEWAY_BASE_PATH: given }).GATEWAY_BASE_PATH).toBe(path);
});

describe("problems", () => {
  test("are all told at once, by name and without the value", () => {
    const problems = problemsOf({
      GATEWAY_PORT: "65536",
      DATABASE_URL: "mysql://me:db-password@127.0.0.1/rooms",
      TURN_REALM: "with space",
      TURN_URIS: "turn:ok.example,http://relay.example",
      TURN_TTL_SECONDS: "59",
      TURN_MODE: "redis",
      TURN_REST_SECRET: "short-secret",
      TURN_CREDENTIALS_PER_ROOM: "0",
      TURN_SESSIONS_PER_ROOM: "-1",
      TURN_ISSUE_PER_MINUTE: "many",
      TURN_CREDENTIAL_KEYS: "k1:c2VjcmV0",
      LOG_LEVEL: "loud",
      LOG_FORMAT: "xml",
    });
    expect(problems.map((line) => line.split(":")[0])).toEqual([
      "GATEWAY_PORT",
      "DATABASE_URL",
      "TURN_REALM",
      "TURN_URIS",
      "TURN_TTL_SECONDS",
      "TURN_MODE",
      "TURN_REST_SECRET",
      "TURN_CREDENTIALS_PER_ROOM",
      "TURN_SESSIONS_PER_ROOM",
      "TURN_ISSUE_PER_MINUTE",
      "TURN_CREDENTIAL_KEYS",
      "LOG_LEVEL",
      "LOG_FORMAT",
    ]);
    expect(problems.join("\n")).not.toMatch(/db-password|c2VjcmV0|short-secret/);
  });

  test("nothing set: only what has no default is missed", () => {
    expect(problemsOf({})).toEqual([
      "DATABASE_URL: is required",
      "TURN_CREDENTIAL_KEYS: is required: id:base64 pairs separated by commas",
    ]);
  });

  test.each(["-1", "1.5", "8080x", "1e3", " 80", "65536"])("GATEWAY_PORT=%s", (GATEWAY_PORT) => {
    expect(problemsOf({ ...REQUIRED, GATEWAY_PORT })).toEqual([
      "GATEWAY_PORT: expected a whole number from 0 to 65535",
    ]);
  });

  test.each(["hathora", "//", "/a//b", "/a b", "/a?b", "/:app", "/*", "/{a}", "/%61", "/a/../b", "/.", "http://a/b"])(
    "GATEWAY_BASE_PATH=%s",
    (GATEWAY_BASE_PATH) => {
      expect(problemsOf({ ...REQUIRED, GATEWAY_BASE_PATH })).toEqual([
        "GATEWAY_BASE_PATH: expected a path such as /hathora, of letters, digits, -, ., _ and ~",
      ]);
    },
  );

  test.each(["true", "yes", "2", "01"])("GATEWAY_WAKE_ON_CONNECTION_INFO=%s", (GATEWAY_WAKE_ON_CONNECTION_INFO) => {
    expect(problemsOf({ ...REQUIRED, GATEWAY_WAKE_ON_CONNECTION_INFO })).toEqual([
      "GATEWAY_WAKE_ON_CONNECTION_INFO: expected 0 or 1",
    ]);
  });

  test.each(["59", "86401", "0", "hour"])("TURN_TTL_SECONDS=%s", (TURN_TTL_SECONDS) => {
    expect(problemsOf({ ...REQUIRED, TURN_TTL_SECONDS })).toHaveLength(1);
  });
});

test("proxies are read into what they trust, and a wrong one is told of with the other problems", () => {
  const { TRUSTED_PROXIES: proxies } = parseEnv({ ...REQUIRED, TRUSTED_PROXIES: "loopback, 10.0.0.0/8" });
  expect(["127.0.0.1", "10.9.9.9", "192.0.2.1"].map((address) => proxies?.trusts(address))).toEqual([
    true,
    true,
    false,
  ]);
  const problems = problemsOf({ ...REQUIRED, TRUSTED_PROXIES: "10.0.0.0/99", GATEWAY_PUBLIC_RATE: "many" });
  expect(problems).toEqual([
    "TRUSTED_PROXIES: expected addresses, ranges such as 10.0.0.0/8, loopback or private, separated by commas",
    "GATEWAY_PUBLIC_RATE: expected a whole number from 0 to 1000000",
  ]);
});
