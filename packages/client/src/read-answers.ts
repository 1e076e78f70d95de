import type { IceServer } from "@roombridge/models/api";
import type { JsonReader } from "./json-reader.ts";
import type { ConnectionInfo, ExposedPort, Room, RoomAllocation, RoomConnectionData } from "./rooms-v2-answers.ts";

export function readConnectionInfo(answer: JsonReader): ConnectionInfo {
  return {
    roomId: answer.text("roomId"),
    status: answer.text("status"),
    ...(answer.has("exposedPort") ? { exposedPort: readExposedPort(answer.object("exposedPort")) } : {}),
    additionalExposedPorts: answer.objects("additionalExposedPorts").map(readExposedPort),
  };
}

export function readRoomConnectionData(answer: JsonReader): RoomConnectionData {
  return {
    ...readConnectionInfo(answer),
    processId: answer.text("processId"),
    // Hathora itself does not send them.
    iceServers: answer.has("iceServers") ? answer.objects("iceServers").map(readIceServer) : [],
  };
}

export function readRoom(answer: JsonReader): Room {
  return {
    appId: answer.text("appId"),
    roomId: answer.text("roomId"),
    status: answer.text("status"),
    roomConfig: answer.textOrNull("roomConfig"),
    currentAllocation: answer.has("currentAllocation") ? readRoomAllocation(answer.object("currentAllocation")) : null,
    allocations: answer.objects("allocations").map(readRoomAllocation),
  };
}

function readExposedPort(port: JsonReader): ExposedPort {
  return {
    host: port.text("host"),
    port: port.integer("port"),
    transportType: port.text("transportType"),
    name: port.text("name"),
  };
}

function readIceServer(server: JsonReader): IceServer {
  return { urls: server.texts("urls"), username: server.text("username"), credential: server.text("credential") };
}

function readRoomAllocation(allocation: JsonReader): RoomAllocation {
  return {
    roomAllocationId: allocation.text("roomAllocationId"),
    processId: allocation.text("processId"),
    scheduledAt: allocation.date("scheduledAt"),
    unscheduledAt: allocation.has("unscheduledAt") ? allocation.date("unscheduledAt") : null,
  };
}
