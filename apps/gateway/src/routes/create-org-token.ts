import { createRoute } from "@hono/zod-openapi";
import { CreatedOrgToken, CreateOrgTokenParams } from "@roombridge/models/api";
import { createOrgToken } from "@roombridge/rooms";
import { organizationOf, principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { toOrgToken } from "../org-token-answer.ts";
import { parse } from "../parse.ts";
import { OrgPath } from "../path-values.ts";
import { readJson } from "../read-json.ts";

export const createOrgTokenOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/tokens/v1/orgs/{orgId}/create",
    operationId: "CreateOrgToken",
    tags: ["TokensV1"],
    summary: "Create a token that may do no more than the one that asks; it is shown this once",
    security: SECURITY,
    request: {
      params: OrgPath,
      body: { required: true, content: { "application/json": { schema: CreateOrgTokenParams } } },
    },
    responses: documentResponses(
      { status: 201, description: "The token, valid at once", schema: CreatedOrgToken },
      [401, 404, 422],
    ),
  }),
  access: "tokens:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const { name, scopes = "admin" } = parse(CreateOrgTokenParams, await readJson(request), "body");
    organizationOf(principal, request);
    const created = await createOrgToken(rooms, principal, { name, scopes: scopes === "admin" ? null : scopes });
    return {
      status: 201,
      body: { plainTextToken: created.token, orgToken: toOrgToken(created.row) } satisfies CreatedOrgToken,
    };
  },
};
