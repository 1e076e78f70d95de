import type { TransportType } from "@roombridge/models/api";
import type { StartOrder } from "@roombridge/rooms";
import type { ProcessPort } from "../provider/provider.ts";

/** A process that this incarnation has claimed or adopted, and how far its start got. */
export interface Launch {
  /** Undefined for a process that an earlier incarnation has started. */
  readonly order: StartOrder | undefined;
  /** On the monotonic clock; undefined until the provider has started it. */
  readonly startedAtMs: number | undefined;
  /** How often it was started and found a port taken. */
  readonly clashes: number;
  /** Why it is not ready, as it was told last. */
  readonly detail?: string | undefined;
}

export function newLaunch(order: StartOrder): Launch {
  return { order, startedAtMs: undefined, clashes: 0 };
}

/** The ports that the deployment declares, at the numbers that were leased for them. */
export function portsOf(order: StartOrder, leased: ReadonlyMap<string, number>, mapsPorts: boolean): ProcessPort[] {
  return wantedPorts(order).flatMap(({ name, containerPort, transportType }) => {
    const port = leased.get(name);
    if (port === undefined) return [];
    const plainPort = leased.get(plainName(name));
    const bindPort = mapsPorts ? containerPort : (plainPort ?? port);
    return [{ name, port, bindPort, transportType, ...(plainPort === undefined ? {} : { plainPort }) }];
  });
}

/** What ports must be leased for: a TLS port needs a second one, for the game server behind it. */
export function leaseNames(order: StartOrder): string[] {
  return wantedPorts(order).flatMap(({ name, transportType }) =>
    transportType === "tls" ? [name, plainName(name)] : [name],
  );
}

/** No port of a deployment can have a slash in its name. */
function plainName(name: string): string {
  return `${name}/plain`;
}

interface WantedPort {
  readonly name: string;
  readonly containerPort: number;
  readonly transportType: TransportType;
}

function wantedPorts({ containerPort, transportType, additionalContainerPorts }: StartOrder): WantedPort[] {
  const additional = additionalContainerPorts.map(({ port, ...rest }) => ({ ...rest, containerPort: port }));
  return [{ name: "default", containerPort, transportType }, ...additional];
}
