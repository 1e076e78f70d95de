import type { JsonReader } from "../http/json-reader.ts";
import type { Lobby } from "./lobby.ts";

export function readLobby(lobby: JsonReader): Lobby {
  return {
    appId: lobby.text("appId"),
    roomId: lobby.text("roomId"),
    region: lobby.text("region"),
    visibility: lobby.text("visibility"),
    createdBy: lobby.textOrNumber("createdBy"),
    createdAt: lobby.date("createdAt"),
    roomConfig: lobby.textOrNull("roomConfig"),
    shortCode: lobby.text("shortCode"),
  };
}
