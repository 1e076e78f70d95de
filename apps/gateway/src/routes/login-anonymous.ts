import { createRoute } from "@hono/zod-openapi";
import { PlayerToken } from "@roombridge/models/api";
import { randomBase36 } from "@roombridge/rooms";
import { documentResponses } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { AppPath } from "../path-values.ts";
import { playerAccessOf } from "../player-auth.ts";
import { loginIsOff, PLAYER_ID_DIGITS } from "../player-login.ts";
import { signPlayerToken } from "../player-token.ts";
import { randomName } from "../random-name.ts";

export const loginAnonymousOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/auth/v1/{appId}/login/anonymous",
    operationId: "LoginAnonymous",
    summary: "A token for a new player with a made-up name",
    tags: ["AuthV1"],
    request: { params: AppPath },
    responses: documentResponses({ status: 200, description: "The player's token", schema: PlayerToken }, [404]),
  }),
  access: "public",
  isForBrowsers: true,
  async handle(rooms, request) {
    const { appId, appSecret, authConfiguration } = await playerAccessOf(rooms, request);
    if (!authConfiguration.anonymous) throw loginIsOff(appId, "anonymous");
    const claims = { type: "anonymous", id: randomBase36(PLAYER_ID_DIGITS), name: randomName() } as const;
    return { status: 200, body: { token: await signPlayerToken(appSecret, claims) } };
  },
};
