import { describe, expect, test } from "vitest";
import { parseEnv } from "./env.ts";

/** Any file that can be read. */
const FILE = import.meta.filename;

const NEEDED = {
  RTC_APP_ID: "app-1",
  DATABASE_URL: "postgres://u:secret@127.0.0.1/db",
  TURN_CREDENTIAL_KEYS: `k1:${Buffer.alloc(32, 1).toString("base64")}`,
};

describe("the environment of rtc", () => {
  test("has defaults for everything but the application, the database and the keys", () => {
    expect(parseEnv(NEEDED)).toMatchObject({
      RTC_HOST: "127.0.0.1",
      RTC_PORT: 9090,
      RTC_REGION: "Washington_DC",
      RTC_LISTS_MAX: 10_000,
      TURN_TTL_SECONDS: 3_600,
      TURN_MODE: "db",
      TURN_CREDENTIALS_PER_ROOM: 1_000,
      TURN_SESSIONS_PER_ROOM: 0,
      TURN_ISSUE_PER_MINUTE: 600,
    });
  });

  test("names every problem at once and no value", () => {
    const parse = () =>
      parseEnv({
        RTC_PORT: "65536",
        RTC_REGION: "Atlantis",
        DATABASE_URL: "mysql://secret",
        TURN_CREDENTIAL_KEYS: "c2VjcmV0",
      });
    expect(parse).toThrow(
      /RTC_PORT: .*\n(?:.*\n)*RTC_APP_ID: .*\n(?:.*\n)*RTC_REGION: .*\n(?:.*\n)*DATABASE_URL: .*\n(?:.*\n)*TURN_CREDENTIAL_KEYS: /,
    );
    expect(parse).not.toThrow(/secret|c2VjcmV0/);
  });

  test.each([["0.0.0.0"], ["::"], ["192.0.2.1"], ["example.net"]])(
    "demands that callers of %s prove who they are",
    (host) => {
      const parse = (change: Record<string, string> = {}) => parseEnv({ ...NEEDED, RTC_HOST: host, ...change });
      expect(() => parse()).toThrow(/^RTC_HOST: .*RTC_TLS_CA_FILE.*RTC_HTTP_ONLY=1.*RTC_INSECURE=1/);
      expect(() => parse({ RTC_TLS_CERT_FILE: FILE, RTC_TLS_KEY_FILE: FILE })).toThrow(/^RTC_HOST: .*RTC_TLS_CA_FILE/);
      expect(parse({ RTC_INSECURE: "1" })).toMatchObject({ RTC_HOST: host });
      expect(parse({ RTC_HTTP_ONLY: "1" })).toMatchObject({ RTC_HOST: host });
      const files = { RTC_TLS_CERT_FILE: FILE, RTC_TLS_KEY_FILE: FILE, RTC_TLS_CA_FILE: FILE };
      expect(parse(files)).toMatchObject(files);
    },
  );

  test.each([["127.0.0.1"], ["127.9.9.9"], ["::1"], ["localhost"]])("accepts %s", (host) => {
    expect(parseEnv({ ...NEEDED, RTC_HOST: host })).toMatchObject({ RTC_HOST: host });
  });

  test.each([
    [{ RTC_TLS_CERT_FILE: FILE }, /^RTC_TLS_KEY_FILE: is required/],
    [{ RTC_TLS_KEY_FILE: FILE }, /^RTC_TLS_CERT_FILE: is required/],
    [{ RTC_TLS_CA_FILE: FILE }, /^RTC_TLS_CERT_FILE: is required/],
    [
      { RTC_TLS_CERT_FILE: "/nowhere/secret.crt", RTC_TLS_KEY_FILE: FILE },
      /^RTC_TLS_CERT_FILE: the file does not exist/,
    ],
  ])("refuses half a set of TLS files: %j", (files, problem) => {
    const parse = () => parseEnv({ ...NEEDED, ...files });
    expect(parse).toThrow(problem);
    expect(parse).not.toThrow(/secret/);
  });

  test("tells of an exposed address together with the other problems", () => {
    const parse = () => parseEnv({ RTC_HOST: "0.0.0.0", RTC_INSECURE: "yes", RTC_PORT: "-1", RTC_TLS_CERT_FILE: FILE });
    for (const name of ["RTC_PORT", "RTC_APP_ID", "RTC_INSECURE", "DATABASE_URL", "RTC_TLS_KEY_FILE", "RTC_HOST"])
      expect(parse).toThrow(new RegExp(`^${name}: `, "m"));
  });
});
