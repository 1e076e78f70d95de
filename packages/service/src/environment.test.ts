import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { databaseUrl, integer, parseEnvironment, turnVariables } from "./environment.ts";

const URL = "postgres://me:s3cret@db/roombridge";
const schema = z
  .object({
    DATABASE_URL: databaseUrl,
    PORT: integer(1, 9).default(3),
    TURN_REST_SECRET: turnVariables.TURN_REST_SECRET,
  })
  .refine(() => true)
  .transform((env) => env);

describe("a secret in a file", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "roombridge-secrets-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const file = (text: string) => {
    const path = join(folder, "secret");
    writeFileSync(path, text);
    return path;
  };
  const problems = (variables: Record<string, string>) => {
    try {
      parseEnvironment(schema, variables);
    } catch (error) {
      return error instanceof Error ? error.message.split("\n") : [];
    }
    return [];
  };

  test.each(["", "\n", "\r\n"])("is read without the newline at its end (%j)", (end) => {
    expect(parseEnvironment(schema, { DATABASE_URL_FILE: file(URL + end) })).toEqual({ DATABASE_URL: URL, PORT: 3 });
  });

  test("is held to the same rules, and never told", () => {
    const [problem = "", ...others] = problems({ DATABASE_URL_FILE: file("mysql://me:s3cret@db\n") });
    expect(problem).toBe("DATABASE_URL: expected postgres://user:password@host:port/database");
    expect(others).toEqual([]);
  });

  test("and in its variable too is one too many", () => {
    expect(problems({ DATABASE_URL: URL, DATABASE_URL_FILE: file(URL) })).toEqual([
      "DATABASE_URL_FILE: is set, and DATABASE_URL too: only one may be",
    ]);
    expect(parseEnvironment(schema, { DATABASE_URL: "", DATABASE_URL_FILE: file(URL) }).DATABASE_URL).toBe(URL);
  });

  test("that is empty, missing or unreadable is told once, beside all other problems", () => {
    expect(problems({ DATABASE_URL_FILE: file("\n"), PORT: "x", TURN_REST_SECRET_FILE: join(folder, "none") })).toEqual(
      [
        "DATABASE_URL_FILE: the file is empty",
        "TURN_REST_SECRET_FILE: the file does not exist or cannot be read (ENOENT)",
        "PORT: expected a whole number from 1 to 9",
      ],
    );
    expect(problems({ DATABASE_URL_FILE: folder })).toEqual([
      "DATABASE_URL_FILE: the file does not exist or cannot be read (EISDIR)",
    ]);
    const locked = file(URL);
    chmodSync(locked, 0o000);
    if (process.getuid?.() !== 0)
      expect(problems({ DATABASE_URL_FILE: locked })).toEqual([
        "DATABASE_URL_FILE: the file does not exist or cannot be read (EACCES)",
      ]);
    rmSync(locked);
  });

  test("of another app, or of a variable that is no secret, is not looked at", () => {
    const others = { TURN_CREDENTIAL_KEYS_FILE: join(folder, "none"), PORT_FILE: join(folder, "none") };
    expect(parseEnvironment(schema, { DATABASE_URL: URL, ...others })).toEqual({ DATABASE_URL: URL, PORT: 3 });
  });

  test("whose name the app reads itself is left to it", () => {
    const own = z.object({ TURN_CLI_PASSWORD: z.string().optional(), TURN_CLI_PASSWORD_FILE: z.string().optional() });
    const path = file("in-the-file");
    expect(parseEnvironment(own, { TURN_CLI_PASSWORD_FILE: path })).toEqual({ TURN_CLI_PASSWORD_FILE: path });
  });
});
