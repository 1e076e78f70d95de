import { createRoute } from "@hono/zod-openapi";
import { OrgTokenList } from "@roombridge/models/api";
import { listOrgTokens } from "@roombridge/rooms";
import { organizationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { toOrgToken } from "../org-token-answer.ts";
import { OrgPath } from "../path-values.ts";

export const getOrgTokensOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/tokens/v1/orgs/{orgId}",
    operationId: "GetOrgTokens",
    tags: ["TokensV1"],
    summary: "The organisation's tokens, revoked ones too, newest first, without what opens anything",
    security: SECURITY,
    request: { params: OrgPath },
    responses: documentResponses({ status: 200, description: "All of them", schema: OrgTokenList }, [401, 404]),
  }),
  access: "tokens:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const orgId = organizationOf(await principalOf(rooms, request), request);
    const tokens = await listOrgTokens(rooms, orgId);
    return { status: 200, body: { tokens: tokens.map(toOrgToken) } satisfies OrgTokenList };
  },
};
