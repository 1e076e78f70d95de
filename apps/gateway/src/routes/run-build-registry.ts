import { Readable } from "node:stream";
import { createRoute } from "@hono/zod-openapi";
import { RegistryConfig } from "@roombridge/models/api";
import { getBuild, runBuild, type Artefact } from "@roombridge/rooms";
import { principalOfOrganization } from "../auth.ts";
import { toArtefact } from "../build-artefact.ts";
import { documentResponses, SECURITY } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { buildIdOf, BuildPath, OrganizationQuery } from "../path-values.ts";
import { readJson } from "../read-json.ts";

/** Answers when all is done: nothing is fetched or built here. */
export const runBuildRegistryOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/builds/v3/builds/{buildId}/runRegistry",
    operationId: "RunBuildRegistry",
    tags: ["BuildsV3"],
    summary: "Give a build its image, or a command of the operator's file, once and for all",
    security: SECURITY,
    request: {
      params: BuildPath,
      query: OrganizationQuery,
      body: { required: true, content: { "application/json": { schema: RegistryConfig } } },
    },
    responses: documentResponses(
      { status: 200, description: "What was done, in lines of text", isStream: true },
      [400, 401, 404, 422, 500],
    ),
  }),
  access: "builds:read-write",
  isForBrowsers: false,
  async handle(rooms, request) {
    const principal = await principalOfOrganization(rooms, request);
    const config = parse(RegistryConfig, await readJson(request), "body");
    const { buildId } = await getBuild(rooms, principal, buildIdOf(request));
    const artefact = toArtefact(config);
    await runBuild(rooms, principal, buildId, artefact);
    const headers = { "content-type": "application/octet-stream", "x-content-type-options": "nosniff" };
    return { status: 200, stream: Readable.from([Buffer.from(tell(buildId, artefact).join(""))]), headers };
  },
};

function tell(buildId: string, artefact: Artefact): string[] {
  const isImage = "image" in artefact;
  const what = isImage ? `the image ${artefact.image}` : `the command ${artefact.command} of the operator's file`;
  return [
    `build ${buildId} is ${what}\n`,
    isImage
      ? "process hosts fetch it when they start it, if docker.images of their operator's file allows it\n"
      : "process hosts whose operator's file has it can start it\n",
    "done\n",
  ];
}
