import type { TransportType } from "@roombridge/models/api";
import type { KernelSocket } from "./socket-table.ts";

/** Whether a process can be reached by connections alone, which can be counted; datagrams cannot. */
export function isTcpOnly(ports: readonly { readonly transportType: TransportType }[]): boolean {
  return ports.length > 0 && ports.every(({ transportType }) => transportType !== "udp");
}

/** Established connections that were accepted on one of these ports, in the network namespace of the sockets. */
export function countEstablished(sockets: readonly KernelSocket[], ports: readonly number[]): number {
  const own = new Set(ports);
  return sockets.filter(({ state, port }) => state === "established" && own.has(port)).length;
}
