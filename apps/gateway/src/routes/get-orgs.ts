import { createRoute } from "@hono/zod-openapi";
import { OrganizationPage, SCOPES } from "@roombridge/models/api";
import { getOrganization, scopesReach } from "@roombridge/rooms";
import { principalOf } from "../auth.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";

/** The most that a deployment may ask for. */
const MAX_REQUESTED_MEMORY_MB = 4_194_304;

export const getOrgsOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/orgs/v1",
    operationId: "GetOrgs",
    tags: ["OrganizationsV1"],
    summary: "The organisation of the token",
    security: SECURITY,
    responses: documentResponses({ status: 200, description: "Always one", schema: OrganizationPage }, [401]),
  }),
  access: "orgs:read",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOf(rooms, request);
    const { orgId, name } = await getOrganization(rooms, principal);
    const organization = {
      orgId,
      name,
      scopes: SCOPES.filter((scope) => scopesReach(principal.scopes, scope)),
      maxRequestedMemoryMB: MAX_REQUESTED_MEMORY_MB,
      isSingleTenant: false,
      stripeCustomerId: "",
      defaultFleetId: null,
    };
    return { status: 200, body: { orgs: [organization] } satisfies OrganizationPage };
  },
};
