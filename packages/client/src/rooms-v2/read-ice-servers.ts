import type { IceServer } from "@roombridge/models/api";
import type { JsonReader } from "../http/json-reader.ts";
import type { CredentialList, IceServersAnswer, ListedCredential, TurnUsage } from "./ice-servers.ts";

export function readIceServersAnswer(answer: JsonReader): IceServersAnswer {
  const playerId = answer.textOrNull("playerId");
  return {
    iceServers: readIceServers(answer),
    username: answer.text("username"),
    password: answer.text("password"),
    ttl: answer.integer("ttl"),
    uris: answer.texts("uris"),
    expiresAt: answer.date("expiresAt"),
    renewAfter: answer.date("renewAfter"),
    ...(playerId === null ? {} : { playerId }),
  };
}

export function readCredentialList(answer: JsonReader): CredentialList {
  return {
    credentials: answer.objects("credentials").map(readListedCredential),
    usage: readTurnUsage(answer.object("usage")),
  };
}

export function readIceServers(answer: JsonReader): IceServer[] {
  return answer.objects("iceServers").map((server) => ({
    urls: server.texts("urls"),
    username: server.text("username"),
    credential: server.text("credential"),
  }));
}

function readListedCredential(credential: JsonReader): ListedCredential {
  return {
    username: credential.text("username"),
    playerId: credential.textOrNull("playerId"),
    issuedAt: credential.date("issuedAt"),
    expiresAt: credential.date("expiresAt"),
    state: credential.text("state"),
    ...readTurnUsage(credential),
  };
}

function readTurnUsage(usage: JsonReader): TurnUsage {
  return {
    sessions: usage.integer("sessions"),
    seconds: usage.integer("seconds"),
    receivedBytes: usage.integer("receivedBytes"),
    sentBytes: usage.integer("sentBytes"),
  };
}
