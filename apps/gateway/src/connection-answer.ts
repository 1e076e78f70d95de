import type { ConnectionInfoV1, ConnectionInfoV2, IceServer } from "@roombridge/models/api";
import { toIceServers, type Connection, type TurnCredential } from "@roombridge/rooms";

/** While the process starts, `exposedPort` is left out: Hathora's SDKs refuse null. */
export function toConnectionInfo(roomId: string, connection: Connection): ConnectionInfoV2 {
  if (connection.status === "starting") return { roomId, status: "starting", additionalExposedPorts: [] };
  const { status, exposedPort, additionalExposedPorts } = connection;
  return { roomId, status, exposedPort, additionalExposedPorts: [...additionalExposedPorts] };
}

/** The first version knows no port but the main one. */
export function toConnectionInfoV1(roomId: string, connection: Connection): ConnectionInfoV1 {
  if (connection.status === "starting") return { roomId, status: "starting" };
  const { transportType, host, port } = connection.exposedPort;
  return { roomId, status: "active", transportType, host, port };
}

/** The TURN credential of a room as browsers take it; only for answers to who has the organisation's token. */
export function toIceServersBody(credential: TurnCredential): IceServer[] {
  return toIceServers(credential).map((server) => ({ ...server, urls: [...server.urls] }));
}
