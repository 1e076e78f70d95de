import { randomBytes } from "node:crypto";
import { startApp, type App } from "@roombridge/testing";

export interface SpawnedGateway {
  readonly app: App;
  readonly port: number;
  readonly url: string;
}

/** The environment of a gateway on a free port. */
export function gatewayEnv(databaseUrl: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    GATEWAY_PORT: "0",
    TURN_CREDENTIAL_KEYS: `test:${randomBytes(32).toString("base64")}`,
    TURN_URIS: "turn:127.0.0.1:3478?transport=udp",
    LOG_FORMAT: "json",
  };
}

/** The gateway as a process of its own; stopping it is the caller's. */
export async function spawnGateway(databaseUrl: string, env: Record<string, string> = {}): Promise<SpawnedGateway> {
  const app = await startApp({
    path: "apps/gateway/src/main.ts",
    env: { ...gatewayEnv(databaseUrl), ...env },
    readyPattern: /"port":(\d+).*"gateway ready"/,
  });
  const port = Number(app.ready[1]);
  return { app, port, url: `http://127.0.0.1:${port}` };
}
