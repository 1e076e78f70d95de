import type { ConnectionInfoV2 } from "@roombridge/models/api";
import type { Connection } from "@roombridge/rooms";

/** While the process starts, `exposedPort` is left out: Hathora's SDKs refuse null. */
export function toConnectionInfo(roomId: string, connection: Connection): ConnectionInfoV2 {
  if (connection.status === "starting") return { roomId, status: "starting", additionalExposedPorts: [] };
  const { status, exposedPort, additionalExposedPorts } = connection;
  return { roomId, status, exposedPort, additionalExposedPorts: [...additionalExposedPorts] };
}
