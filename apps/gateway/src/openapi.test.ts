import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { read, useGateway } from "../test/suite.ts";
import { OPERATIONS } from "./operations.ts";
import { DOCUMENT_FILE, printDocument } from "./print-openapi.ts";

const suite = useGateway();

/** The errors that the published SDK 2.25.6 types as ApiError. */
const TYPED_ERRORS: Readonly<Record<string, readonly number[]>> = {
  CreateRoom: [400, 401, 402, 404, 408, 422, 429, 500],
  GetRoomInfo: [401, 404, 408, 422, 429],
  GetConnectionInfo: [400, 402, 404, 408, 422, 429, 500],
  DestroyRoom: [401, 404, 408, 429, 500],
  UpdateRoomConfig: [401, 404, 408, 422, 429, 500],
  SuspendRoomV2Deprecated: [401, 404, 408, 429, 500],
  ResumeRoom: [400, 401, 402, 404, 408, 422, 429, 500],
  GetActiveRoomsForProcess: [401, 404, 408, 429],
  GetInactiveRoomsForProcess: [401, 404, 408, 429],
  ListRooms: [401, 404, 408, 422, 429],
  GetLatestProcesses: [401, 404, 408, 422, 429],
  GetProcessesCountExperimental: [401, 404, 408, 422, 429],
  GetProcess: [401, 404, 408, 429],
  CreateProcess: [401, 402, 404, 408, 422, 429, 500],
  StopProcess: [401, 404, 408, 429, 500],
  GetProcessInfoV2Deprecated: [401, 404, 408, 429],
  GetLatestProcessesV2Deprecated: [401, 404, 408, 422, 429],
  GetProcessesCountExperimentalV2Deprecated: [401, 404, 408, 422, 429],
  CreateProcessV2Deprecated: [401, 402, 404, 408, 422, 429, 500],
  StopProcessV2Deprecated: [401, 404, 408, 429, 500],
  CreateRoomDeprecated: [400, 401, 402, 404, 408, 422, 429, 500],
  GetRoomInfoDeprecated: [401, 404, 408, 422, 429],
  GetActiveRoomsForProcessDeprecated: [401, 404, 408, 429],
  GetInactiveRoomsForProcessDeprecated: [401, 404, 408, 429],
  DestroyRoomDeprecated: [401, 404, 408, 429, 500],
  SuspendRoomDeprecated: [401, 404, 408, 429, 500],
  GetConnectionInfoDeprecated: [400, 402, 404, 408, 429, 500],
};
const SUCCESS: Readonly<Record<string, number>> = {
  CreateRoom: 201,
  GetRoomInfo: 200,
  GetConnectionInfo: 200,
  DestroyRoom: 204,
  UpdateRoomConfig: 204,
  SuspendRoomV2Deprecated: 204,
  ResumeRoom: 200,
  GetActiveRoomsForProcess: 200,
  GetInactiveRoomsForProcess: 200,
  ListRooms: 200,
  GetLatestProcesses: 200,
  GetProcessesCountExperimental: 200,
  GetProcess: 200,
  CreateProcess: 201,
  StopProcess: 204,
  GetProcessInfoV2Deprecated: 200,
  GetLatestProcessesV2Deprecated: 200,
  GetProcessesCountExperimentalV2Deprecated: 200,
  CreateProcessV2Deprecated: 201,
  StopProcessV2Deprecated: 204,
  CreateRoomDeprecated: 201,
  GetRoomInfoDeprecated: 200,
  GetActiveRoomsForProcessDeprecated: 200,
  GetInactiveRoomsForProcessDeprecated: 200,
  DestroyRoomDeprecated: 204,
  SuspendRoomDeprecated: 204,
  GetConnectionInfoDeprecated: 200,
};

describe("the OpenAPI document", () => {
  test("is served as it is printed", async () => {
    const { status, body } = await read(suite().app.request("/openapi.json"));
    expect(status).toBe(200);
    expect(body).toEqual(JSON.parse(printDocument()));
  });

  test("is committed as the code prints it", async () => {
    expect(await readFile(DOCUMENT_FILE, "utf8")).toBe(printDocument());
  });

  test.each(OPERATIONS.map(({ route }) => [route.operationId, route] as const))(
    "%s documents its success and no error that the SDK would not type",
    (operationId, { responses }) => {
      const documented = Object.keys(responses).map(Number);
      expect(documented).toContain(SUCCESS[operationId]);
      const errors = documented.filter((status) => status >= 400);
      expect(errors.filter((status) => !TYPED_ERRORS[operationId]?.includes(status))).toEqual([]);
    },
  );

  test("only connection info is public", () => {
    const open = OPERATIONS.filter(({ route }) => route.security === undefined);
    expect(open.map(({ route }) => route.operationId)).toEqual(["GetConnectionInfo", "GetConnectionInfoDeprecated"]);
  });
});
