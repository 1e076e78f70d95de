import { readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { expect, test } from "vitest";
import { DEFAULT_APP_ID, parseCommandEnv, parseStartEnv, selectVariables } from "./env.ts";
import { REPOSITORY_ROOT } from "./repository.ts";

test("npm start needs no variable at all", () => {
  const env = parseStartEnv({});
  expect(env).toMatchObject({ GATEWAY_PORT: 8080, RTC_PORT: 9090, TURN_HOST: "127.0.0.1", ROOMBRIDGE_DB_PORT: 0 });
  expect(isAbsolute(env.ROOMBRIDGE_DATA_DIR)).toBe(true);
});

test("all problems are told at once, by name and without the value", () => {
  const wrong = {
    GATEWAY_PORT: "80800",
    RTC_PORT: "x",
    TURN_HOST: "relay.example.net",
    DATABASE_URL: "mysql://root:hush-hush@db/x",
    ROOMBRIDGE_DEV_TOKEN: "short",
    TURN_MIN_PORT: "80",
    LOG_LEVEL: "loud",
    TURN_CREDENTIAL_KEYS: "k1:aHVzaC1odXNo",
  };
  const problems = thrownBy(() => parseStartEnv(wrong));
  for (const name of Object.keys(wrong)) expect(problems).toContain(`${name}: `);
  expect(problems).not.toMatch(/hush-hush|aHVzaC1odXNo|short/);
});

test("a range of relay ports that ends before it begins is refused", () => {
  expect(thrownBy(() => parseStartEnv({ TURN_MIN_PORT: "50000", TURN_MAX_PORT: "49999" }))).toContain("TURN_MIN_PORT");
});

test("a direct way to a database that is not given is refused", () => {
  const problems = thrownBy(() => parseStartEnv({ DATABASE_DIRECT_URL: "postgres://127.0.0.1/x" }));
  expect(problems).toContain("DATABASE_DIRECT_URL: ");
});

test("an empty variable counts as not set", () => {
  expect(parseStartEnv({ GATEWAY_PORT: "", DATABASE_URL: "", TURN_PORT: "" })).toEqual(parseStartEnv({}));
  expect(parseCommandEnv({ DATABASE_URL: "" }).DATABASE_URL).toBeUndefined();
});

test(".env.example shows the defaults that hold", () => {
  const example = readFileSync(join(REPOSITORY_ROOT, ".env.example"), "utf8").split("\n");
  const elsewhere = ["PATH", "LOG_FORMAT", "TURN_URIS", "ROOMBRIDGE_DATA_DIR"];
  const defaults = Object.entries(parseStartEnv({})).filter(([name]) => !elsewhere.includes(name));
  for (const [name, value] of defaults)
    expect(example).toContain(`#${name}=${JSON.stringify(value).replaceAll('"', "")}`);
  expect(example).toContain("#TURN_PORT=3478");
  expect(example).toContain(`#ROOMBRIDGE_APP_ID=${DEFAULT_APP_ID}`);
});

test("a part gets the variables meant for it and no others", () => {
  const variables = { PATH: "/bin", GATEWAY_PORT: "1", GATEWAY_HOST: "", RTC_PORT: "2", AWS_SECRET: "x" };
  expect(selectVariables(variables, ["GATEWAY_"])).toEqual({ PATH: "/bin", GATEWAY_PORT: "1" });
});

test("a part that is told a secret is not also told the file from which it was read", () => {
  const variables = { TURN_CREDENTIAL_KEYS_FILE: "/keys", TURN_REST_SECRET_FILE: "/rest", TURN_REALM: "here" };
  const told = { TURN_CREDENTIAL_KEYS: "k1:a2V5", DATABASE_URL: "postgres://db/x" };
  expect(selectVariables({ ...variables, DATABASE_URL_FILE: "/url" }, ["DATABASE_", "TURN_"], told)).toEqual({
    TURN_REST_SECRET_FILE: "/rest",
    TURN_REALM: "here",
  });
});

function thrownBy(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return String(error);
  }
  throw new Error("nothing was thrown");
}
