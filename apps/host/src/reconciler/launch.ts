import type { StartOrder } from "@roombridge/rooms";
import type { ProcessPort } from "../provider/provider.ts";

/** A process that this incarnation has claimed, and how far its start got. */
export interface Launch {
  readonly order: StartOrder;
  /** On the monotonic clock; undefined until the provider has started it. */
  readonly startedAtMs: number | undefined;
  readonly ports: readonly ProcessPort[];
  /** How often it was started and found a port taken. */
  readonly clashes: number;
}

export function newLaunch(order: StartOrder): Launch {
  return { order, startedAtMs: undefined, ports: [], clashes: 0 };
}

/** The ports that the deployment declares, at the numbers that were leased for them. */
export function portsOf(order: StartOrder, leased: ReadonlyMap<string, number>): ProcessPort[] {
  return wantedPorts(order).flatMap(({ name, transportType }) => {
    const port = leased.get(name);
    return port === undefined ? [] : [{ name, port, transportType }];
  });
}

export function wantedPorts({ transportType, additionalContainerPorts }: StartOrder): Omit<ProcessPort, "port">[] {
  return [{ name: "default", transportType }, ...additionalContainerPorts];
}
