import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApp } from "@roombridge/testing";
import type { Roombridge } from "@roombridge/testing/roombridge";

/** Each provider has a region of its own, so that it is known who starts a process. */
export const LOCAL_REGION = "Seattle";
export const DOCKER_REGION = "Tokyo";

/** A host of provider `docker` beside that of `npm start`. The image is `examples/echo-room` and listens on all addresses. */
export async function startDockerHost(
  { databaseUrl }: Roombridge,
  { engine, image }: { readonly engine: string; readonly image: string },
): Promise<{ stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "roombridge-bench-"));
  const config = join(folder, "roombridge.json");
  await writeFile(config, JSON.stringify({ commands: { "echo-room": { image, pull: "never" } } }));
  const app = await startApp({
    path: "apps/host/src/main.ts",
    readyPattern: /host ready/,
    env: {
      DATABASE_URL: databaseUrl,
      DOCKER_HOST: engine,
      HOST_ID: "bench-docker",
      HOST_ON_SHUTDOWN: "stop",
      HOST_PROVIDER: "docker",
      HOST_REGIONS: DOCKER_REGION,
      LOG_FORMAT: "json",
      ROOMBRIDGE_CONFIG: config,
      ROOMBRIDGE_DATA_DIR: folder,
    },
  });
  return {
    stop: async () => {
      await app.stop();
      await rm(folder, { recursive: true });
    },
  };
}
