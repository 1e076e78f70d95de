import { readExposedPort } from "../exposed-port.ts";
import type { JsonReader } from "../http/json-reader.ts";
import type { Process } from "./process.ts";

export function readProcess(process: JsonReader): Process {
  const exposedPort = process.objectOrNull("exposedPort");
  const summaryExitReason = process.textOrNull("summaryExitReason");
  return {
    appId: process.text("appId"),
    deploymentId: process.text("deploymentId"),
    processId: process.text("processId"),
    region: process.text("region"),
    status: process.text("status"),
    roomsAllocated: process.integer("roomsAllocated"),
    roomsPerProcess: process.integer("roomsPerProcess"),
    exposedPort: exposedPort && readExposedPort(exposedPort),
    additionalExposedPorts: process.objects("additionalExposedPorts").map(readExposedPort),
    createdAt: process.date("createdAt"),
    scheduledAt: process.dateOrNull("scheduledAt"),
    bootedAt: process.dateOrNull("bootedAt"),
    startedAt: process.dateOrNull("startedAt"),
    stoppingAt: process.dateOrNull("stoppingAt"),
    terminatedAt: process.dateOrNull("terminatedAt"),
    ...(summaryExitReason === null ? {} : { summaryExitReason }),
  };
}
