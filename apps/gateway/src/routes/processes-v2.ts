import { ProcessV2 } from "@roombridge/models/api";
import { z } from "zod";
import { documentResponses } from "../document-responses.ts";
import { olderVersion } from "../older-version.ts";
import type { Operation } from "../operation.ts";
import { toProcessV2 } from "../process-answer.ts";
import { createProcessOperation, createRequestedProcess } from "./create-process.ts";
import { getLatestProcessesOperation, requestedProcesses } from "./get-latest-processes.ts";
import { getProcessOperation, requestedProcess } from "./get-process.ts";
import { getProcessesCountOperation } from "./get-processes-count.ts";
import { stopProcessOperation } from "./stop-process.ts";

const tag = "ProcessesV2";

/** Hathora's ProcessesV2, which its plugin for Unreal calls. */
export const PROCESSES_V2: readonly Operation[] = [
  olderVersion(getProcessOperation, {
    tag,
    operationId: "GetProcessInfoV2Deprecated",
    path: "/processes/v2/{appId}/info/{processId}",
    responses: documentResponses({ status: 200, description: "The process", schema: ProcessV2 }, [401, 404]),
    handle: async (rooms, request) => ({ status: 200, body: toProcessV2(await requestedProcess(rooms, request)) }),
  }),
  olderVersion(getLatestProcessesOperation, {
    tag,
    operationId: "GetLatestProcessesV2Deprecated",
    path: "/processes/v2/{appId}/list/latest",
    responses: documentResponses(
      { status: 200, description: "At most ten processes", schema: z.array(ProcessV2) },
      [401, 404, 422],
    ),
    handle: async (rooms, request) => ({
      status: 200,
      body: (await requestedProcesses(rooms, request)).map(toProcessV2),
    }),
  }),
  olderVersion(getProcessesCountOperation, {
    tag,
    operationId: "GetProcessesCountExperimentalV2Deprecated",
    path: "/processes/v2/{appId}/count",
  }),
  olderVersion(createProcessOperation, {
    tag,
    operationId: "CreateProcessV2Deprecated",
    path: "/processes/v2/{appId}/create/{region}",
    responses: documentResponses(
      { status: 201, description: "The process, which starts", schema: ProcessV2 },
      [401, 402, 404, 422, 429, 500],
    ),
    handle: async (rooms, request) => ({
      status: 201,
      body: toProcessV2(await createRequestedProcess(rooms, request)),
    }),
  }),
  olderVersion(stopProcessOperation, {
    tag,
    operationId: "StopProcessV2Deprecated",
    path: "/processes/v2/{appId}/stop/{processId}",
  }),
];
