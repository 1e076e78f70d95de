import { createRoute } from "@hono/zod-openapi";
import { Nickname, PlayerToken } from "@roombridge/models/api";
import { randomBase36 } from "@roombridge/rooms";
import { documentResponses } from "../document-responses.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { AppPath } from "../path-values.ts";
import { playerAccessOf } from "../player-auth.ts";
import { loginIsOff, PLAYER_ID_DIGITS } from "../player-login.ts";
import { signPlayerToken } from "../player-token.ts";
import { readJson } from "../read-json.ts";

export const loginNicknameOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/auth/v1/{appId}/login/nickname",
    operationId: "LoginNickname",
    summary: "A token for a new player with this name, which others may have too",
    tags: ["AuthV1"],
    request: {
      params: AppPath,
      body: { required: true, content: { "application/json": { schema: Nickname } } },
    },
    responses: documentResponses({ status: 200, description: "The player's token", schema: PlayerToken }, [404, 422]),
  }),
  access: "public",
  isForBrowsers: true,
  async handle(rooms, request) {
    const { nickname } = parse(Nickname, await readJson(request), "body");
    const { appId, appSecret, authConfiguration } = await playerAccessOf(rooms, request);
    if (!authConfiguration.nickname) throw loginIsOff(appId, "nickname");
    const claims = { type: "nickname", id: randomBase36(PLAYER_ID_DIGITS), name: nickname } as const;
    return { status: 200, body: { token: await signPlayerToken(appSecret, claims) } };
  },
};
