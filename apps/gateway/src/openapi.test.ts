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
};
const SUCCESS: Readonly<Record<string, number>> = {
  CreateRoom: 201,
  GetRoomInfo: 200,
  GetConnectionInfo: 200,
  DestroyRoom: 204,
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

  test("only GetConnectionInfo is public", () => {
    const open = OPERATIONS.filter(({ route }) => route.security === undefined);
    expect(open.map(({ route }) => route.operationId)).toEqual(["GetConnectionInfo"]);
  });
});
