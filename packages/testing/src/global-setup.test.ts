import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import postgres from "postgres";
import { expect, inject, test } from "vitest";
import type {} from "./create-test-database.ts";
import { createTemplate, databaseUrl, dropAll, prefix } from "./test-databases.ts";
import { newRunId } from "./test-server.ts";
import { waitFor } from "./wait-for.ts";

test("a run on a shared server leaves nothing there, whatever its test files forgot", async () => {
  const databases = { ...inject("roombridgeTestDatabases"), runId: newRunId() };
  await createTemplate(databases);
  const sql = postgres(databases.serverUrl, { max: 1 });
  const forgotten = `${prefix(databases)}forgotten`;
  await sql`create database ${sql(forgotten)}`;
  const client = postgres(databaseUrl(databases, forgotten), { max: 1 });
  await client`select 1`;

  await dropAll(databases);
  expect(await sql`select datname from pg_database where starts_with(datname, ${prefix(databases)})`).toEqual([]);
  expect(
    await sql`select 1 from pg_database where starts_with(datname, ${prefix(inject("roombridgeTestDatabases"))})`,
  ).not.toEqual([]);
  await client.end({ timeout: 0 });
  await sql.end();
});

test("the server of a killed run dies with it, and the next run removes its files", async () => {
  const first = await startServer();
  first.runner.kill("SIGKILL");
  await once(first.runner, "exit");
  await waitFor(() => isClosed(first.url), { what: "the first server to be gone", timeoutMs: 20_000 });

  const second = await startServer();
  expect(first.directories).toContain(first.directory);
  expect(second.directories).not.toContain(first.directory);
  second.runner.stdin.end();
  expect(await once(second.runner, "exit")).toEqual([0, null]);
});

/** A run of its own: its server, the server's data directory, and all those that exist. */
async function startServer() {
  const script = join(import.meta.dirname, "..", "test", "start-test-server.ts");
  const runner = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(createInterface(runner.stdout), "line");
  const [url = "", directory = "", directories = ""] = String(line).split(" ");
  return { runner, url, directory, directories: directories.split(",") };
}

function isClosed(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), "127.0.0.1", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", () => resolve(true));
  });
}
