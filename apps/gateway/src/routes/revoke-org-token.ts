import { createRoute } from "@hono/zod-openapi";
import { revokeOrgToken } from "@roombridge/rooms";
import { z } from "zod";
import { organizationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { OrgTokenPath } from "../path-values.ts";

export const revokeOrgTokenOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/tokens/v1/orgs/{orgId}/tokens/{orgTokenId}/revoke",
    operationId: "RevokeOrgToken",
    tags: ["TokensV1"],
    summary: "End a token, within five seconds and for good",
    security: SECURITY,
    request: { params: OrgTokenPath },
    responses: documentResponses(
      { status: 200, description: "true, also for one that was revoked before", schema: z.boolean() },
      [401, 404],
    ),
  }),
  access: "tokens:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const orgId = organizationOf(await principalOf(rooms, request), request);
    await revokeOrgToken(rooms, orgId, request.param("orgTokenId") ?? "");
    return { status: 200, body: true };
  },
};
