import { closeRooms, type Application, type HostBeat, type RoomsContext } from "@roombridge/rooms";
import {
  clearRooms,
  createDeployment,
  createTenant,
  createTestDatabase,
  openTestRooms,
  registerTestHost,
} from "@roombridge/testing";
import type { Hono } from "hono";
import { pino } from "pino";
import { afterAll, beforeAll } from "vitest";
import { createApp, type Gateway } from "../src/app.ts";

export interface Suite extends Gateway {
  readonly rooms: RoomsContext;
  readonly databaseUrl: string;
  readonly app: Hono;
}

/** One database and one gateway for the test file; filled before the first test runs. */
export function useGateway(): () => Suite {
  let suite: Suite | undefined;
  let drop: (() => Promise<void>) | undefined;
  beforeAll(async () => {
    const database = await createTestDatabase();
    drop = () => database.drop();
    const gateway = {
      rooms: openTestRooms(database.url),
      log: pino({ level: "silent" }),
      lifecycle: { isDraining: false },
    };
    suite = { ...gateway, databaseUrl: database.url, app: createApp(gateway) };
  });
  afterAll(async () => {
    if (suite) await closeRooms(suite.rooms);
    await drop?.();
  });
  return () => {
    if (!suite) throw new Error("the suite has not been set up");
    return suite;
  };
}

export interface Game {
  readonly application: Application;
  readonly appId: string;
  readonly token: string;
  readonly deploymentId: string;
  readonly host: HostBeat;
}

/** An application with a deployment, and the only live host of the database, which starts nothing by itself. */
export async function createGame(
  { database }: RoomsContext,
  {
    roomsPerProcess = 10,
    maxProcesses = 100,
  }: { readonly roomsPerProcess?: number; readonly maxProcesses?: number } = {},
): Promise<Game> {
  await clearRooms(database);
  const { application, token } = await createTenant(database);
  const deploymentId = await createDeployment(database, application, { roomsPerProcess, maxProcesses });
  const host = await registerTestHost(database);
  return { application, appId: application.appId, token, deploymentId, host };
}

/** Headers of an authenticated JSON request. */
export function asCaller(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}`, "content-type": "application/json" };
}

/** Status and JSON of an answer. */
export async function read(answer: Response | Promise<Response>): Promise<{ status: number; body: unknown }> {
  const response = await answer;
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}
