import { createRoute } from "@hono/zod-openapi";
import { PingEndpoint } from "@roombridge/models/api";
import { listPingEndpoints } from "@roombridge/rooms";
import { z } from "zod";
import { documentResponses } from "../document-responses.ts";
import { olderVersion } from "../older-version.ts";
import type { Operation } from "../operation.ts";

export const getPingServiceEndpointsOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/discovery/v2/ping",
    operationId: "GetPingServiceEndpoints",
    summary:
      "Where to measure the distance to each region that has a live host: a WebSocket, or a datagram, that is echoed",
    tags: ["DiscoveryV2"],
    responses: documentResponses({ status: 200, description: "One of each", schema: z.array(PingEndpoint) }, []),
  }),
  access: "public",
  isForBrowsers: true,
  async handle(rooms) {
    return { status: 200, body: await listPingEndpoints(rooms) };
  },
};

/** The same answer at the older path. */
export const getPingServiceEndpointsDeprecatedOperation = olderVersion(getPingServiceEndpointsOperation, {
  tag: "DiscoveryV1",
  operationId: "GetPingServiceEndpointsDeprecated",
  path: "/discovery/v1/ping",
});
