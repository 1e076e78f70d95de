import { readExposedPort } from "../exposed-port.ts";
import type { JsonReader } from "../http/json-reader.ts";
import type { ConnectionInfo, RoomAllocationData, RoomConnectionData } from "./connection-info.ts";
import { readIceServers } from "./read-ice-servers.ts";

export function readConnectionInfo(answer: JsonReader): ConnectionInfo {
  const exposedPort = answer.objectOrNull("exposedPort");
  return {
    roomId: answer.text("roomId"),
    status: answer.text("status"),
    ...(exposedPort ? { exposedPort: readExposedPort(exposedPort) } : {}),
    additionalExposedPorts: answer.objects("additionalExposedPorts").map(readExposedPort),
  };
}

export function readRoomAllocationData(answer: JsonReader): RoomAllocationData {
  const processId = answer.textOrNull("processId");
  return {
    ...readConnectionInfo(answer),
    ...(processId === null ? {} : { processId }),
    // Hathora itself does not send them.
    iceServers: answer.has("iceServers") ? readIceServers(answer) : [],
  };
}

export function readRoomConnectionData(answer: JsonReader): RoomConnectionData {
  return { ...readRoomAllocationData(answer), processId: answer.text("processId") };
}
