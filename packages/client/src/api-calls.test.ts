import { describe, expect, test } from "vitest";
import {
  API_CALLS,
  AUTH_CALLS,
  DISCOVERY_CALLS,
  LOBBY_CALLS,
  APP_CALLS,
  BUILD_CALLS,
  DEPLOYMENT_CALLS,
  LOG_CALLS,
  ODD_ID,
  ORGANIZATION_CALLS,
  PROCESS_CALLS,
  ROOM_CALLS,
  TOKEN_CALLS,
  WEBHOOK_CALLS,
  type ApiCall,
} from "../test/api-calls.ts";
import { failureOf } from "../test/failure-of.ts";
import { json, startStubServer, stream } from "../test/stub-server.ts";
import { AuthV1 } from "./auth-v1/auth-v1.ts";
import { DiscoveryV2 } from "./discovery-v2/discovery-v2.ts";
import { AppsV2 } from "./apps-v2/apps-v2.ts";
import { BuildsV3 } from "./builds-v3/builds-v3.ts";
import { DeploymentsV3 } from "./deployments-v3/deployments-v3.ts";
import { RoombridgeClient } from "./index.ts";
import { LobbiesV3 } from "./lobbies-v3/lobbies-v3.ts";
import { LogsV1 } from "./logs-v1/logs-v1.ts";
import { OrganizationsV1 } from "./organizations-v1/organizations-v1.ts";
import { ProcessesV3 } from "./processes-v3/processes-v3.ts";
import { RoomsV2 } from "./rooms-v2/rooms-v2.ts";
import { TokensV1 } from "./tokens-v1/tokens-v1.ts";
import { WebhooksV1 } from "./webhooks-v1/webhooks-v1.ts";

const STATUSES = [400, 401, 404, 408, 409, 422, 429, 500, 501, 502, 503, 504];
const PASSING = [408, 429, 500, 502, 503, 504];

function connect(serverUrl: string): RoombridgeClient {
  const retry = { attempts: 3, baseDelayMs: 0 };
  return new RoombridgeClient({ serverUrl, token: "top-secret", appId: ODD_ID, retry });
}

function successOf({ success, answer, bytes }: ApiCall) {
  return bytes === undefined ? json(success, answer) : stream(success, bytes);
}

test.each([
  [RoomsV2, ROOM_CALLS, ["waitUntilActive", "events"]],
  [ProcessesV3, PROCESS_CALLS, []],
  [LogsV1, LOG_CALLS, []],
  [AuthV1, AUTH_CALLS, []],
  [LobbiesV3, LOBBY_CALLS, []],
  [DiscoveryV2, DISCOVERY_CALLS, []],
  [AppsV2, APP_CALLS, []],
  [BuildsV3, BUILD_CALLS, []],
  [DeploymentsV3, DEPLOYMENT_CALLS, []],
  [TokensV1, TOKEN_CALLS, []],
  [OrganizationsV1, ORGANIZATION_CALLS, []],
  [WebhooksV1, WEBHOOK_CALLS, []],
] as const)("every method of %o is in the table", (service, calls, polling) => {
  const methods = Object.getOwnPropertyNames(service.prototype).filter((name) => name !== "constructor");
  expect(new Set([...calls.map(({ name }) => name), ...polling])).toEqual(new Set(methods));
});

describe("on the wire", () => {
  test.each(API_CALLS)("$name", async (call) => {
    const { url, requests } = await startStubServer(successOf(call));
    expect(await call.run(connect(`${url}/base/`))).toEqual(call.parsed);
    expect(requests).toHaveLength(1);
    const { method, url: path, headers, body } = requests[0] ?? { headers: {} };
    expect({ method, path }).toEqual({ method: call.method, path: `/base${call.path}` });
    expect(headers.authorization).toBe(call.isPublic ? undefined : `Bearer ${call.token ?? "top-secret"}`);
    expect(headers["content-type"]).toBe(call.body === undefined ? undefined : "application/json");
    expect(body === "" ? undefined : JSON.parse(body ?? "")).toEqual(call.body);
  });

  test.each(API_CALLS)("$name: another success than the promised one is refused", async (call) => {
    for (const status of [200, 201, 202, 204].filter((other) => other !== call.success)) {
      const { url, requests } = await startStubServer(json(status, call.answer));
      const error = await failureOf(call.run(connect(url)));
      expect(error).toMatchObject({ code: "invalid_response", status, message: `unexpected status ${status}` });
      expect(requests).toHaveLength(1);
    }
  });

  test.each(API_CALLS.filter(({ answer }) => answer !== undefined))(
    "$name: an answer of another shape is refused",
    async (call) => {
      for (const answer of [null, "text", 1, {}, [1]]) {
        const { url } = await startStubServer(json(call.success, answer));
        expect(await failureOf(call.run(connect(url)))).toMatchObject({ code: "invalid_response" });
      }
    },
  );

  test.each(API_CALLS.filter(({ hasNoApplication }) => !hasNoApplication))(
    "$name: the application may come with the call",
    async (call) => {
      const { url, requests } = await startStubServer(successOf(call));
      await call.run(connect(url), { appId: "app-2" });
      expect(requests[0]?.url?.split("/").slice(1, 6)).toContain("app-2");
    },
  );
});

describe("repeated by itself", () => {
  test.each(API_CALLS)("$name: $repeated", async (call) => {
    for (const status of STATUSES) {
      const { url, requests } = await startStubServer(json(status, { message: "no" }));
      expect(await failureOf(call.run(connect(url)))).toMatchObject({ code: "api", status, message: "no" });
      const isRepeated = call.repeated === "always" ? PASSING.includes(status) : call.repeated === `${status}`;
      expect({ status, requests: requests.length }).toEqual({ status, requests: isRepeated ? 3 : 1 });
    }
    const { url, requests } = await startStubServer((request) => request.socket.destroy());
    expect(await failureOf(call.run(connect(url)))).toMatchObject({ code: "network", mayHaveBeenDone: true });
    expect(requests).toHaveLength(call.repeated === "always" ? 3 : 1);
  });

  test.each(API_CALLS.filter(({ repeated }) => repeated === "always"))(
    "$name: the third attempt succeeds",
    async (call) => {
      const { url, requests } = await startStubServer((request, response, count) => {
        if (count === 1) request.socket.destroy();
        else if (count === 2) response.writeHead(503).end("<html>");
        else successOf(call)(request, response);
      });
      expect(await call.run(connect(url))).toEqual(call.parsed);
      const sent = requests.map(({ method, url: path, body }) => ({ method, path, body }));
      expect(sent).toEqual([sent[0], sent[0], sent[0]]);
    },
  );
});
