import { createRoute } from "@hono/zod-openapi";
import { GoogleIdToken, PlayerToken } from "@roombridge/models/api";
import { RoomError } from "@roombridge/rooms";
import { documentResponses } from "../document-responses.ts";
import { verifyGoogleIdToken } from "../google-identity.ts";
import type { Operation } from "../operation.ts";
import { parse } from "../parse.ts";
import { AppPath } from "../path-values.ts";
import { playerAccessOf } from "../player-auth.ts";
import { loginIsOff } from "../player-login.ts";
import { signPlayerToken } from "../player-token.ts";
import { readJson } from "../read-json.ts";

export const loginGoogleOperation: Operation = {
  route: createRoute({
    method: "post",
    path: "/auth/v1/{appId}/login/google",
    operationId: "LoginGoogle",
    summary: "A token for the player whom an ID token of Google names; the same `id` each time",
    tags: ["AuthV1"],
    request: {
      params: AppPath,
      body: { required: true, content: { "application/json": { schema: GoogleIdToken } } },
    },
    responses: documentResponses(
      { status: 200, description: "The player's token", schema: PlayerToken },
      [401, 404, 422],
    ),
  }),
  access: "public",
  isForBrowsers: true,
  async handle(rooms, request, { players }) {
    const { idToken } = parse(GoogleIdToken, await readJson(request), "body");
    const { appId, appSecret, authConfiguration } = await playerAccessOf(rooms, request);
    if (!authConfiguration.google) throw loginIsOff(appId, "google");
    const identity = await verifyGoogleIdToken(players.googleKeys, authConfiguration.google.clientId, idToken);
    if (!identity) throw new RoomError("unauthenticated", "the ID token is not valid");
    return { status: 200, body: { token: await signPlayerToken(appSecret, { type: "google", ...identity }) } };
  },
};
