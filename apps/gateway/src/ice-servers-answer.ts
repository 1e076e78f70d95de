import type { CredentialList, IceServersAnswer, ListedCredential, TurnUsage } from "@roombridge/models/api";
import type { IssuedCredential, ListedCredential as Credential, RelayUsage } from "@roombridge/rooms";
import { toIceServersBody } from "./connection-answer.ts";

/** A TURN credential with its password; only for answers to who has the organisation's token. */
export function toIceServersAnswer(issued: IssuedCredential): IceServersAnswer {
  const { username, password, ttlSeconds, uris, expiresAt, renewAfter, playerId } = issued;
  return {
    iceServers: toIceServersBody(issued),
    username,
    password,
    ttl: ttlSeconds,
    uris: [...uris],
    expiresAt: expiresAt.toISOString(),
    renewAfter: renewAfter.toISOString(),
    ...(playerId === null ? {} : { playerId }),
  };
}

/** Credentials without their passwords; `usage` is the room's. */
export function toCredentialList(credentials: readonly Credential[], usage: RelayUsage): CredentialList {
  return { credentials: credentials.map(toListedCredential), usage: toTurnUsage(usage) };
}

function toListedCredential(credential: Credential): ListedCredential {
  const { username, playerId, issuedAt, expiresAt, state } = credential;
  return {
    username,
    playerId,
    issuedAt: issuedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    state,
    ...toTurnUsage(credential),
  };
}

function toTurnUsage({ sessions, seconds, receivedBytes, sentBytes }: RelayUsage): TurnUsage {
  return { sessions, seconds: Math.round(seconds), receivedBytes, sentBytes };
}
