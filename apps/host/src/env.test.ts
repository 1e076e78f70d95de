import { REGIONS } from "@roombridge/models/api";
import { expect, test } from "vitest";
import { baseEnvironment, parseEnv } from "./env.ts";

const REQUIRED = {
  HOST_REGIONS: "all",
  DATABASE_URL: "postgres://user:secret@127.0.0.1/db",
  ROOMBRIDGE_DATA_DIR: "/var/lib/roombridge",
};

test("every problem is told at once, without values", () => {
  const bad = { HOST_PORT_RANGE: "9-5", HOST_MAX_PROCESSES: "many", DATABASE_URL: "mysql://user:secret@db" };
  expect(() => parseEnv(bad)).toThrow(
    expect.objectContaining({
      message: [
        "HOST_REGIONS: is required: regions separated by commas, such as Washington_DC,Frankfurt, or all",
        "HOST_PORT_RANGE: expected first-last with 1 <= first <= last <= 65535",
        "HOST_MAX_PROCESSES: expected a whole number from 1 to 10000",
        "DATABASE_URL: expected postgres://user:password@host:port/database",
        "ROOMBRIDGE_DATA_DIR: is required: where processes keep their state and logs",
      ].join("\n"),
    }),
  );
});

test("the defaults are those of the documentation", () => {
  expect(parseEnv(REQUIRED)).toMatchObject({
    HOST_PROVIDER: "local",
    HOST_REGIONS: REGIONS,
    HOST_PUBLIC_HOST: "127.0.0.1",
    HOST_PORT_RANGE: { min: 20_000, max: 29_999 },
    HOST_MAX_PROCESSES: 16,
    HOST_LIMITS: "enforce",
    HOST_ON_SHUTDOWN: "leave",
    HOST_STOP_GRACE_SECONDS: 30,
    HOST_BIND_DEADLINE_SECONDS: 100,
    HOST_LOG_MEGABYTES: 20,
    HOST_LOG_HOURS: 72,
    HOST_METRICS_SECONDS: 15,
    HOST_CONTROL_HOST: "127.0.0.1",
    HOST_CONTROL_PORT: 0,
    HOST_PING_HOST: "127.0.0.1",
    ROOM_UNSCHEDULED_TTL_HOURS: 72,
    DATABASE_DIRECT_URL: REQUIRED.DATABASE_URL,
  });
});

test.each([
  ["Dallas", ["Dallas"]],
  ["Dallas, Tokyo,Dallas", ["Dallas", "Tokyo"]],
])("the regions %s are read", (HOST_REGIONS, regions) => {
  expect(parseEnv({ ...REQUIRED, HOST_REGIONS }).HOST_REGIONS).toEqual(regions);
});

test("a region that is none is named", () => {
  expect(() => parseEnv({ ...REQUIRED, HOST_REGIONS: "Dallas,Berlin" })).toThrow("HOST_REGIONS: unknown: Berlin;");
});

test.each([
  [{ HOST_CONTROL_HOST: "0.0.0.0" }, "HOST_CONTROL_URL: is required with this HOST_CONTROL_HOST"],
  [{ HOST_CONTROL_HOST: "::" }, "HOST_CONTROL_URL: is required with this HOST_CONTROL_HOST"],
  [{ HOST_TLS_CERT_FILE: "cert.pem" }, "HOST_TLS_CERT_FILE: is set together with HOST_TLS_KEY_FILE"],
  [{ HOST_TLS_KEY_FILE: "key.pem" }, "HOST_TLS_CERT_FILE: is set together with HOST_TLS_KEY_FILE"],
  [{ HOST_RUN_AS: "games" }, "HOST_RUN_AS: expected uid:gid in numbers"],
  [{ HOST_LIMITS: "1" }, "HOST_LIMITS: expected enforce or off"],
  [{ HOST_CGROUP: "games" }, "HOST_CGROUP: expected the path of a directory"],
  [{ HOST_CONTROL_URL: "ftp://10.0.0.1" }, "HOST_CONTROL_URL: expected http(s)://host:port"],
  [{ HOST_CONTROL_URL: "http://10.0.0.1/host" }, "HOST_CONTROL_URL: a path cannot be signed for"],
])("what does not go together, or cannot be reached, is refused: %o", (given, message) => {
  expect(() => parseEnv({ ...REQUIRED, ...given })).toThrow(message);
});

test("the place for gateways to ask at may be another than the one where the host listens", () => {
  const env = parseEnv({ ...REQUIRED, HOST_CONTROL_HOST: "0.0.0.0", HOST_CONTROL_URL: "http://10.0.0.1:7000/" });
  expect(env.HOST_CONTROL_URL).toBe("http://10.0.0.1:7000");
});

const DOCKER = { ...REQUIRED, HOST_PROVIDER: "docker", HOST_ID: "one" };

test.each([
  [{}, "unix:///var/run/docker.sock", undefined],
  [{ DOCKER_HOST: "unix:///run/user/1000/docker.sock" }, "unix:///run/user/1000/docker.sock", undefined],
  [{ DOCKER_HOST: "tcp://127.0.0.1:2375" }, "tcp://127.0.0.1:2375", undefined],
  [{ DOCKER_HOST: "tcp://[::1]:2375", DOCKER_CERT_PATH: "/c" }, "tcp://[::1]:2375", undefined],
  [{ DOCKER_HOST: "tcp://e.net:2376", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/c" }, "tcp://e.net:2376", "/c"],
])("the engine of %o is found", (given, url, certPath) => {
  expect(parseEnv({ ...DOCKER, ...given })).toMatchObject({ DOCKER_HOST: url, DOCKER_CERT_PATH: certPath });
});

test.each([
  [{ DOCKER_HOST: "ssh://me@host" }, "DOCKER_HOST: expected unix:///path or tcp://host:port"],
  [{ DOCKER_HOST: "tcp://host" }, "DOCKER_HOST: expected unix:///path or tcp://host:port"],
  [{ DOCKER_HOST: "tcp://10.0.0.1:2375" }, "DOCKER_HOST: tcp beyond loopback needs TLS"],
  [{ DOCKER_HOST: "tcp://127.0.0.1.example.net:2375" }, "DOCKER_HOST: tcp beyond loopback needs TLS"],
  [{ DOCKER_TLS_VERIFY: "1" }, "DOCKER_CERT_PATH: is required with DOCKER_TLS_VERIFY"],
  [{ HOST_ID: undefined }, "HOST_ID: is required with docker"],
])("docker with %o is refused", (given, message) => {
  expect(() => parseEnv({ ...DOCKER, ...given })).toThrow(message);
});

test("a game server inherits nothing but PATH, HOME, TZ and LANG", () => {
  const env = parseEnv({ ...REQUIRED, PATH: "/bin", HOME: "/root", TOKEN: "secret" });
  expect(baseEnvironment(env)).toEqual({ PATH: "/bin", HOME: "/root" });
});

test("pings are answered only where that is wanted", () => {
  expect(parseEnv(REQUIRED).HOST_PING_PORT).toBeUndefined();
  expect(parseEnv({ ...REQUIRED, HOST_PING_PORT: "" }).HOST_PING_PORT).toBeUndefined();
  expect(parseEnv({ ...REQUIRED, HOST_PING_PORT: "0" }).HOST_PING_PORT).toBe(0);
  expect(() => parseEnv({ ...REQUIRED, HOST_PING_PORT: "65536" })).toThrow("HOST_PING_PORT: expected a whole number");
});
