import { describe, expect, test } from "vitest";
import { parseEnv } from "./env.ts";

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

  test.each([["0.0.0.0"], ["::"], ["192.0.2.1"], ["example.net"]])("refuses plain TCP on %s", (host) => {
    expect(() => parseEnv({ ...NEEDED, RTC_HOST: host })).toThrow("RTC_INSECURE=1");
    expect(parseEnv({ ...NEEDED, RTC_HOST: host, RTC_INSECURE: "1" })).toMatchObject({ RTC_HOST: host });
  });

  test.each([["127.0.0.1"], ["127.9.9.9"], ["::1"], ["localhost"]])("accepts %s", (host) => {
    expect(parseEnv({ ...NEEDED, RTC_HOST: host })).toMatchObject({ RTC_HOST: host });
  });
});
