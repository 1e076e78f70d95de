import { OpenAPIHono } from "@hono/zod-openapi";
import { documentAccess } from "./access.ts";
import { COMMON_RESPONSES } from "./document-responses.ts";
import { OPERATIONS } from "./operations.ts";

/** The OpenAPI 3.1 document of the API below `basePath`; the same for the same code. */
export function createDocument(basePath = ""): object {
  const { openAPIRegistry, getOpenAPI31Document } = new OpenAPIHono();
  openAPIRegistry.registerComponent("securitySchemes", "hathoraDevToken", {
    type: "http",
    scheme: "bearer",
    description:
      "A token of the organisation, with the scope that the operation names or with none at all. `GetConnectionInfo` is public.",
  });
  openAPIRegistry.registerComponent("securitySchemes", "playerAuth", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "A player's token: from a login of the application, or signed by whoever has its secret (HS256, claim `id`).",
  });
  for (const operation of OPERATIONS)
    openAPIRegistry.registerPath({
      tags: ["RoomsV2"],
      ...operation.route,
      responses: { ...COMMON_RESPONSES, ...operation.route.responses },
      ...documentAccess(operation),
    });
  return getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "Roombridge",
      version: "2",
      description: "Game rooms with the wire contract of Hathora Cloud: a change of the base URL is enough.",
      license: { name: "Apache-2.0" },
    },
    servers: [{ url: basePath === "" ? "/" : basePath }],
  });
}
