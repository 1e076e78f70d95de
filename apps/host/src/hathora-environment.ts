import type { StartOrder } from "@roombridge/rooms";
import type { ProcessPort } from "./provider/provider.ts";
import { isSteeringVariable } from "./steering-variables.ts";

export interface Placement {
  /** Address that players are told. */
  readonly publicHost: string;
  readonly ports: readonly ProcessPort[];
}

/**
 * What a game server finds in its environment on Hathora Cloud, and the ports to bind: `PORT`, and `PORT_<NAME>` for each
 * further one. The deployment's own variables come along; they cannot replace or imitate ours, nor steer what the operator's command runs.
 */
export function hathoraEnvironment(order: StartOrder, placement: Placement): Record<string, string> {
  const own = ownVariables(order, placement);
  const names = new Set(own.map(([name]) => name));
  const given = order.env
    .filter(({ name }) => isName(name) && !names.has(name) && !isSteeringVariable(name))
    .map(({ name, value }) => [name, value] as const);
  const set = own.filter((entry): entry is [string, string] => entry[1] !== null);
  return Object.fromEntries([...given, ...set]);
}

/** What reaches a process is text, `name=value`: with an equals sign in it a name would be that of another variable. */
function isName(name: string): boolean {
  return name !== "" && !name.includes("=") && !name.includes("\0");
}

/** Null means: not set, whatever the deployment says. */
function ownVariables(order: StartOrder, { publicHost, ports }: Placement): [name: string, value: string | null][] {
  const defaultPort = ports.find(({ name }) => name === "default");
  return [
    ["HATHORA_APP_ID", order.appId],
    ["HATHORA_APP_SECRET", order.appSecret],
    ["HATHORA_PROCESS_ID", order.processId],
    ["HATHORA_DEPLOYMENT_ID", order.deploymentId],
    ["HATHORA_BUILD_TAG", order.buildTag],
    ["HATHORA_REGION", order.region],
    ["HATHORA_ROOMS_PER_PROCESS", String(order.roomsPerProcess)],
    ["HATHORA_INITIAL_ROOM_ID", order.initialRoomId],
    ["HATHORA_INITIAL_ROOM_CONFIG", order.initialRoomId === null ? null : order.initialRoomConfig],
    ["HATHORA_HOSTNAME", publicHost],
    ["HATHORA_ALLOCATED_CPU", String(order.requestedCpu)],
    ["HATHORA_ALLOCATED_MEMORY_MB", String(order.requestedMemoryMb)],
    ...ports.map(({ name, port }): [string, string] => [`HATHORA_${inVariable(name)}_PORT`, String(port)]),
    ["PORT", defaultPort === undefined ? null : String(defaultPort.bindPort)],
    ...ports
      .filter((port) => port !== defaultPort)
      .map(({ name, bindPort }): [string, string] => [`PORT_${inVariable(name)}`, String(bindPort)]),
  ];
}

/** Names may hold "-", which no shell can read in a variable. */
function inVariable(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}
