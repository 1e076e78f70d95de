import type { TransportType } from "@roombridge/models/api";
import type { KernelSocket } from "./socket-table.ts";

/** Whether a process can be reached by connections alone, which can be counted; datagrams cannot. */
export function isTcpOnly(ports: readonly { readonly transportType: TransportType }[]): boolean {
  return ports.length > 0 && ports.every(({ transportType }) => transportType !== "udp");
}

/**
 * Connections that were accepted on one of these ports, in the network namespace of the sockets: established ones, and those
 * that ended a moment ago. Whoever plays by short requests is connected most times when nobody looks.
 */
export function countConnected(sockets: readonly KernelSocket[], ports: readonly number[]): number {
  const own = new Set(ports);
  return sockets.filter(({ state, port }) => (state === "established" || state === "ended") && own.has(port)).length;
}
