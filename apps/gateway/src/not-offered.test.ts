import { readFileSync } from "node:fs";
import { openTestRooms } from "@roombridge/testing";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { SDK_OPERATIONS } from "../test/sdk-operations.ts";
import { createApp } from "./app.ts";
import { notOffered } from "./not-offered.ts";
import { OPERATIONS } from "./operations.ts";

/** A gateway without a database: what is not offered needs none. */
function gatewayBelow(basePath: string) {
  const rooms = openTestRooms("postgres://nobody@127.0.0.1:1/none");
  return createApp({ rooms, log: pino({ level: "silent" }), lifecycle: { isDraining: false }, basePath });
}

const app = gatewayBelow("");

/** `lobbiesV3` as `Lobbies V3`. */
function nameOf(namespace: string): string {
  return namespace.replace(/^(.)(.*)(V\d)$/, (_, first: string, rest: string, version: string) => {
    return `${first.toUpperCase()}${rest} ${version}`;
  });
}

const OURS = new Set(OPERATIONS.map(({ route }) => `${route.method.toUpperCase()} ${route.path}`));

describe("an operation of the published SDK", () => {
  test("is one of 134", () => {
    expect(new Set(SDK_OPERATIONS.map(({ operationId }) => operationId)).size).toBe(134);
  });

  test.each(SDK_OPERATIONS.filter(({ method, path }) => !OURS.has(`${method} ${path}`)))(
    "$operationId: $method $path is refused with 404 and a sentence that names its namespace",
    async ({ method, path, namespace }) => {
      const response = await app.request(path.replaceAll(/[{}]/g, ""), { method });
      expect([response.status, response.headers.get("content-type")]).toEqual([404, "application/json"]);
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
      expect(await response.json()).toEqual({
        message: expect.stringMatching(
          new RegExp(
            `^Roombridge does not offer (this operation of )?${nameOf(namespace)}(, for it [^;]+)?; see /docs$`,
          ),
        ),
      });
    },
  );

  test.each(SDK_OPERATIONS.filter(({ method, path }) => OURS.has(`${method} ${path}`)))(
    "$operationId: $method $path is ours under the same name",
    ({ operationId, method, path }) => {
      const same = OPERATIONS.find(({ route }) => route.operationId === operationId)?.route;
      expect([same?.method.toUpperCase(), same?.path]).toEqual([method, path]);
    },
  );
});

test("the document of what is here names each operation of the SDK once, on the right side", () => {
  const document = readFileSync(new URL("../../../docs/hathora-api.md", import.meta.url), "utf8");
  const here: string[] = [];
  const absent: string[] = [];
  for (const [, namespace, ...cells] of document.matchAll(/^\| (\w+V\d) +\|([^|]*)\|([^|]*)\|$/gm)) {
    for (const [index, side] of [here, absent].entries())
      side.push(...Array.from(cells[index]?.match(/\w+/g) ?? [], (id) => `${namespace} ${id}`));
  }
  const isOurs = ({ method, path }: (typeof SDK_OPERATIONS)[number]) => OURS.has(`${method} ${path}`);
  const namesOf = (operations: readonly (typeof SDK_OPERATIONS)[number][]) =>
    [...new Set(operations.map(({ namespace, operationId }) => `${namespace} ${operationId}`))].toSorted();
  expect(here.toSorted()).toEqual(namesOf(SDK_OPERATIONS.filter(isOurs)));
  expect(absent.toSorted()).toEqual(namesOf(SDK_OPERATIONS.filter((operation) => !isOurs(operation))));
});

describe("a path of a namespace that is not offered", () => {
  const path = "/billing/v1/balance";
  const message = "Roombridge does not offer Billing V1; see /docs";

  test.each(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])("answers so to %s", async (method) => {
    const response = await app.request(path, { method });
    expect([response.status, await response.json()]).toEqual([404, { message }]);
  });

  test("answers so at any depth", async () => {
    for (const other of ["/billing/v1", "/billing/v1/", "/billing/v1/a/b/c"]) {
      expect(await (await app.request(other)).json()).toEqual({ message });
    }
  });

  test("can be read by pages: the preflight before it succeeds", async () => {
    const headers = { origin: "https://game.example", "access-control-request-method": "POST" };
    const response = await app.request("/billing/v1/balance", { method: "OPTIONS", headers });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-headers")).toContain("Content-Type");
  });

  test("lies below the base path, and nowhere else", async () => {
    const below = gatewayBelow("/hathora");
    const sentence = async (at: string): Promise<unknown> => (await below.request(at)).json();
    expect(await sentence(`/hathora${path}`)).toEqual({ message: message.replace("/docs", "/hathora/docs") });
    expect(await sentence(path)).toEqual({ message: "there is nothing at this path; see /hathora/docs" });
  });
});

test.each(["/", "/billing", "/billing/v2/balance", "/billing/v12", "/constructor/v1/x", "/xbilling/v1", "/rooms/v3/x"])(
  "%s is nothing that the SDK knows",
  (path) => {
    expect(notOffered(OPERATIONS)(path)).toBeUndefined();
  },
);

test("a namespace is offered as soon as one operation of it is", () => {
  expect(notOffered([])("/rooms/v2/x")).toBe("Roombridge does not offer Rooms V2");
  expect(notOffered(OPERATIONS)("/rooms/v2/x")).toBe("Roombridge does not offer this operation of Rooms V2");
});
