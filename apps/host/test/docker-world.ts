import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "@roombridge/service";
import { onTestFinished } from "vitest";
import type { ImageCommand } from "../src/operator-config.ts";
import { type DockerProviderOptions, openDockerProvider } from "../src/provider/docker/docker-provider.ts";
import { GAME_IMAGE } from "./game-image.ts";
import { LOG_KEEPING } from "./process-spec.ts";
import { GAME_ARGV, type ProviderWorld } from "./provider-conformance.ts";

export interface DockerWorld extends ProviderWorld {
  readonly hostId: string;
  openWith(overrides: Partial<DockerProviderOptions>): ReturnType<typeof openDockerProvider>;
}

export const GAME: ImageCommand = {
  image: GAME_IMAGE,
  command: GAME_ARGV,
  pull: "never",
  readOnly: false,
  pidsLimit: 100,
};

/** A host of its own on an engine. */
export async function newDockerWorld(url: string): Promise<DockerWorld> {
  const root = await mkdtemp(join(tmpdir(), "roombridge-docker-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const hostId = `host-${randomUUID()}`;
  const openWith = async (overrides: Partial<DockerProviderOptions>) => {
    const provider = await openDockerProvider({
      root,
      hostId,
      address: { url },
      images: new Map([["game", GAME]]),
      settings: { images: [], registries: {} },
      publicHost: "127.0.0.1",
      logKeeping: LOG_KEEPING,
      onChange: () => {},
      log: createLog({ name: "test", level: "silent", format: "json" }),
      ...overrides,
    });
    onTestFinished(async () => {
      for (const { processId } of await provider.list().catch(() => [])) {
        await provider.stop(processId, 0);
        await provider.forget(processId);
      }
      await provider.close();
    });
    return provider;
  };
  return {
    hostId,
    bindHost: "0.0.0.0",
    ambient: ["PATH", "HOME", "HOSTNAME"],
    open: (onChange = () => {}) => openWith({ onChange }),
    openWith,
  };
}
