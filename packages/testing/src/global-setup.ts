import type { TestProject } from "vitest/node";
import type {} from "./create-test-database.ts";
import { testEnvironment } from "./env.ts";
import { createTemplate, dropAll, type TestDatabases } from "./test-databases.ts";
import { newRunId, startTestServer } from "./test-server.ts";

const undo: (() => Promise<void>)[] = [];

/** Vitest's global setup: one server per run (or TEST_DATABASE_URL) with a migrated template database. */
export async function setup(project: TestProject): Promise<void> {
  const serverUrl = testEnvironment.databaseUrl ?? (await startEmbedded());
  const databases: TestDatabases = { serverUrl, runId: newRunId() };
  undo.push(() => dropAll(databases));
  await createTemplate(databases);
  project.provide("roombridgeTestDatabases", databases);
}

export async function teardown(): Promise<void> {
  for (const step of undo.splice(0).toReversed()) await step();
}

async function startEmbedded(): Promise<string> {
  const server = await startTestServer();
  undo.push(() => server.remove());
  return server.url;
}
