import { newUuid } from "@roombridge/rooms";
import { TEST_REGION } from "@roombridge/testing";
import type { ProcessPort, ProcessSpec } from "../src/provider/provider.ts";

/** A start of the command `game`, without ports. */
export function newSpec(fields: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    processId: newUuid(),
    appId: "app-test",
    deploymentId: "dep-test",
    region: TEST_REGION,
    command: "game",
    image: null,
    ports: [],
    env: {},
    limits: { cpu: 0.5, memoryMb: 512 },
    ...fields,
  };
}

export const LOG_KEEPING = { bytesPerFile: 10 * 1024 * 1024, retentionMs: 72 * 3_600_000 };

/** Memory is limited by looking. */
export const ENFORCED = { isEnforced: true, cgroup: undefined };

/** A port as a provider that maps none sees it. */
export function plainPort(port: number, fields: Partial<ProcessPort> = {}): ProcessPort {
  return { name: "default", port, bindPort: port, transportType: "tcp", ...fields };
}

export async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString();
}
