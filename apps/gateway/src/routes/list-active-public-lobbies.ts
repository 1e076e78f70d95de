import { createRoute } from "@hono/zod-openapi";
import { isStorable, LobbyV3, Region } from "@roombridge/models/api";
import { listPublicLobbies } from "@roombridge/rooms";
import { z } from "zod";
import { documentResponses } from "../document-responses.ts";
import { toLobby } from "../lobby-answer.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { AppPath } from "../path-values.ts";
import { valueInQuery } from "../query-values.ts";

/** An unknown application has none: Hathora's SDK knows no 404 here. */
export const listActivePublicLobbiesOperation: Operation = {
  route: createRoute({
    method: "get",
    path: "/lobby/v3/{appId}/list/public",
    operationId: "ListActivePublicLobbies",
    summary: "Public lobbies whose room is on a process, newest first, at most 1,000",
    tags: ["LobbiesV3"],
    request: { params: AppPath, query: z.object({ region: Region.optional() }) },
    responses: documentResponses({ status: 200, description: "The lobbies", schema: z.array(LobbyV3) }, [422]),
  }),
  access: "public",
  isForBrowsers: true,
  async handle(rooms, request) {
    const text = valueInQuery(request, "region");
    const region = text === undefined ? undefined : parse(Region, text, "region");
    const appId = request.param("appId") ?? "";
    if (!isStorable(appId)) return { status: 200, body: [] };
    const lobbies = await listPublicLobbies(rooms, appId, region);
    return { status: 200, body: lobbies.map(toLobby) };
  },
};
