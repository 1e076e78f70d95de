import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";

// With a gateway: e2e/static-servers.test.ts.

const MAIN = join(import.meta.dirname, "main.ts");

async function refusalOf(env: Record<string, string>): Promise<{ message: string; code: unknown }> {
  const child = spawn(process.execPath, [MAIN], { env: { PORT: "0", ...env }, stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [message, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  return { message, code };
}

test("a registration without a token is refused by name, and exits 1", async () => {
  expect(await refusalOf({ ROOMBRIDGE_URL: "http://127.0.0.1:1" })).toEqual({
    message: "ROOMBRIDGE_TOKEN is required with ROOMBRIDGE_URL\n",
    code: 1,
  });
});

test("a gateway that cannot be one is said, and exits 1", async () => {
  const env = { ROOMBRIDGE_TOKEN: "t", ROOMBRIDGE_APP_ID: "app-1", ROOMBRIDGE_REGION: "Dallas" };
  expect(await refusalOf({ ...env, ROOMBRIDGE_URL: "ftp://h" })).toEqual({
    message: "echo-room serverUrl: expected http(s)://host[:port][/path]\n",
    code: 1,
  });
});
