import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parseEnv, readCliPassword } from "./env.ts";

const REQUIRED = {
  DATABASE_URL: "postgres://me:secret-1@127.0.0.1/rooms",
  TURN_URIS: "turn:relay.example.net:3478?transport=udp",
  TURN_CLI_PASSWORD: "secret-2",
};

test("an agent needs a database, what clients are told of its relay, and the command line's password", () => {
  expect(parseEnv(REQUIRED)).toMatchObject({
    TURN_AGENT_SERVER_ID: hostname(),
    TURN_AGENT_REGIONS: [],
    TURN_AGENT_RECONCILE_SECONDS: 5,
    TURN_REALM: "roombridge",
    TURN_MODE: "db",
    TURN_HOST: "127.0.0.1",
    TURN_PORT: 3478,
    TURN_CLI_HOST: "127.0.0.1",
    TURN_CLI_PORT: 5766,
    DATABASE_DIRECT_URL: REQUIRED.DATABASE_URL,
  });
});

test("all problems are told at once, without the values", () => {
  const given = {
    DATABASE_URL: "mysql://secret-3",
    TURN_CLI_PORT: "0",
    TURN_AGENT_REGIONS: "Frankfurt,Atlantis",
    TURN_AGENT_RECONCILE_SECONDS: "301",
    TURN_REST_SECRET: "secret-4",
  };
  const problems = problemsOf(given);
  for (const variable of [...Object.keys(given), "TURN_URIS", "TURN_CLI_PASSWORD"])
    expect(problems).toContain(variable);
  expect(problems).not.toContain("secret-");
});

test.each([
  ["Frankfurt, London,Frankfurt", ["Frankfurt", "London"]],
  ["all", []],
])("regions: %s", (text, expected) => {
  expect(parseEnv({ ...REQUIRED, TURN_AGENT_REGIONS: text }).TURN_AGENT_REGIONS).toEqual(expected);
});

test("the password comes from the variable or from a file that is read anew, never from both", async () => {
  const folder = mkdtempSync(join(tmpdir(), "turn-agent-env-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "cli-password");
  writeFileSync(file, "one\n");
  const env = parseEnv({ ...REQUIRED, TURN_CLI_PASSWORD: "", TURN_CLI_PASSWORD_FILE: file });
  expect(await readCliPassword(env)).toBe("one");
  writeFileSync(file, "two\n");
  expect(await readCliPassword(env)).toBe("two");
  expect(await readCliPassword(parseEnv(REQUIRED))).toBe("secret-2");
  expect(problemsOf({ ...REQUIRED, TURN_CLI_PASSWORD_FILE: file })).toContain("TURN_CLI_PASSWORD");
  expect(problemsOf({ ...REQUIRED, TURN_CLI_PASSWORD: "", TURN_CLI_PASSWORD_FILE: join(folder, "none") })).toContain(
    "TURN_CLI_PASSWORD_FILE: the file does not exist or cannot be read",
  );
});

function problemsOf(variables: Record<string, string>): string {
  try {
    parseEnv(variables);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
