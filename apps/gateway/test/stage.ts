import { randomBytes } from "node:crypto";
import { closeRooms, type RoomsContext } from "@roombridge/rooms";
import { createTestDatabase, openTestRooms } from "@roombridge/testing";
import { SecretWatch } from "@roombridge/testing/secrets";
import { openGoogle } from "./google.ts";
import { spawnGateway, type SpawnedGateway } from "./spawn-gateway.ts";

/** A database, the core on it, and gateways as processes that issue with the same TURN key. */
export interface Stage {
  readonly rooms: RoomsContext;
  readonly secrets: SecretWatch;
  /** Starts another gateway on this database. */
  readonly spawn: (env?: Record<string, string>) => Promise<SpawnedGateway>;
  /** What all gateways have logged. */
  readonly output: () => string;
  /** What of it is an error. */
  readonly errors: () => string[];
  /** Takes the database away from under its gateways. */
  readonly dropDatabase: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const key = randomBytes(32);
  const keys = [{ id: "test", key }] as const;
  const database = await createTestDatabase();
  const rooms = openTestRooms(database.url, { keys });
  const google = await openGoogle();
  const gateways: SpawnedGateway[] = [];
  const output = () => gateways.map(({ app }) => app.output()).join("");
  return {
    rooms,
    secrets: new SecretWatch(keys),
    async spawn(env = {}) {
      const gateway = await spawnGateway(database.url, {
        TURN_CREDENTIAL_KEYS: `test:${key.toString("base64")}`,
        LOG_LEVEL: "debug",
        GATEWAY_GOOGLE_KEYS_URL: google.url,
        ...env,
      });
      gateways.push(gateway);
      return gateway;
    },
    output,
    errors: () =>
      output()
        .split("\n")
        .filter((line) => /"level":"(error|fatal)"/.test(line)),
    dropDatabase: () => database.drop(),
    async close() {
      await Promise.all(gateways.map(({ app }) => app.stop()));
      google.close();
      await closeRooms(rooms);
      await database.drop();
    },
  };
}
