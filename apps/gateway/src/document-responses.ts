import type { RouteConfig } from "@hono/zod-openapi";
import { ApiError } from "@roombridge/models/api";
import type { z } from "zod";

const MEANINGS = {
  400: "Refused: the id is taken, there is nothing that could run the room, the build cannot be used, or a parameter breaks its rule.",
  401: "The token is missing, unknown or revoked, or lacks the scope that the message names.",
  402: "The operator lets the application have no more game servers or rooms; the message names the quota.",
  404: "Unknown, destroyed, or another organisation's.",
  408: "No answer in time; what was asked may still be done, so look it up before you ask again.",
  409: "Another instance has registered under the same name and lives: end.",
  410: "Gone: a log that is not kept any more, or a process that has ended while it thought it lived (register anew).",
  422: "The request breaks the schema; the message names the field.",
  429: "No capacity now, a limit is reached, or asked too often or too soon again; `Retry-After` says when to try again.",
  500: "Unforeseen; the message holds the request id.",
} as const;

/** OpenAPI 3.1 describes bytes by their media type alone. */
const STREAM_CONTENT = { "application/octet-stream": {} };
const EVENTS_CONTENT = { "text/event-stream": {} };

type ErrorStatus = keyof typeof MEANINGS;

/** What no handler answers, but what stands before all of them. */
export const COMMON_RESPONSES = documentErrors([408, 429]);

export const SECURITY = [{ hathoraDevToken: [] }];
export const PLAYER_SECURITY = [{ playerAuth: [] }];

/** The `responses` of an operation: one success, and errors that all share Hathora's body. */
export function documentResponses(
  success: {
    readonly status: 200 | 201 | 204;
    readonly description: string;
    readonly schema?: z.ZodType;
    /** Any bytes in place of JSON. */
    readonly isStream?: true;
    /** Server-sent events in place of JSON. */
    readonly isEvents?: true;
  },
  errors: readonly ErrorStatus[],
): RouteConfig["responses"] {
  const { status, description, schema, isStream, isEvents } = success;
  const content = isEvents ? EVENTS_CONTENT : isStream ? STREAM_CONTENT : schema && { "application/json": { schema } };
  return { [status]: { description, ...(content ? { content } : {}) }, ...documentErrors(errors) };
}

function documentErrors(errors: readonly ErrorStatus[]): RouteConfig["responses"] {
  const content = { "application/json": { schema: ApiError } };
  return Object.fromEntries(errors.map((error) => [error, { description: MEANINGS[error], content }]));
}
