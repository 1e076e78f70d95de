import { RoomConnectionData } from "@roombridge/models/api";
import { TEST_REGION } from "@roombridge/testing";
import type { Hono } from "hono";
import { asCaller, type Game } from "./suite.ts";

export interface Reply {
  readonly status: number;
  /** Parsed; undefined for no body at all. */
  readonly body: unknown;
  readonly headers: Headers;
}

export interface Caller {
  /** `{appId}` in the path stands for the application. */
  readonly send: (method: "GET" | "HEAD" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown) => Promise<Reply>;
  readonly createRoom: (roomId?: string, body?: object) => Promise<RoomConnectionData>;
}

/** The application's backend: requests with its organisation's token, straight to the app. */
export function callerOf(app: Hono, { appId, token }: Pick<Game, "appId" | "token">): Caller {
  const send: Caller["send"] = async (method, path, body) => {
    const init = { method, headers: asCaller(token), ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    const response = await app.request(path.replace("{appId}", appId), init);
    const text = await response.text();
    const parsed: unknown = text === "" ? undefined : JSON.parse(text);
    return { status: response.status, body: parsed, headers: response.headers };
  };
  const createRoom: Caller["createRoom"] = async (roomId, body = { region: TEST_REGION }) => {
    const query = roomId === undefined ? "" : `?roomId=${roomId}`;
    return RoomConnectionData.parse((await send("POST", `/rooms/v2/{appId}/create${query}`, body)).body);
  };
  return { send, createRoom };
}

/** How answers write a time: ISO 8601 with Z. */
export const ISO_DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
