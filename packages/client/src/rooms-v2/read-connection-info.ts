import type { IceServer } from "@roombridge/models/api";
import { readExposedPort } from "../exposed-port.ts";
import type { JsonReader } from "../http/json-reader.ts";
import type { ConnectionInfo, RoomAllocationData, RoomConnectionData } from "./connection-info.ts";

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
    iceServers: answer.has("iceServers") ? answer.objects("iceServers").map(readIceServer) : [],
  };
}

export function readRoomConnectionData(answer: JsonReader): RoomConnectionData {
  return { ...readRoomAllocationData(answer), processId: answer.text("processId") };
}

function readIceServer(server: JsonReader): IceServer {
  return { urls: server.texts("urls"), username: server.text("username"), credential: server.text("credential") };
}
