import type { RouteConfig } from "@hono/zod-openapi";
import { ApiError } from "@roombridge/models/api";
import type { z } from "zod";

const MEANINGS = {
  400: "Refused: the id is taken, there is nothing that could run the room, the build cannot be used, or a parameter breaks its rule.",
  401: "The token is missing, unknown or revoked, or lacks the scope that the message names.",
  404: "Unknown, destroyed, or another organisation's.",
  409: "Another instance has registered under the same name and lives: end.",
  410: "Gone: a log that is not kept any more, or a process that has ended while it thought it lived (register anew).",
  422: "The request breaks the schema; the message names the field.",
  429: "No capacity now, a limit is reached, or asked too soon again; `Retry-After` says when to try again.",
  500: "Unforeseen; the message holds the request id.",
} as const;

/** OpenAPI 3.1 describes bytes by their media type alone. */
const STREAM_CONTENT = { "application/octet-stream": {} };
const EVENTS_CONTENT = { "text/event-stream": {} };

type ErrorStatus = keyof typeof MEANINGS;

export const SECURITY = [{ hathoraDevToken: [] }];

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
  return Object.fromEntries([
    [status, { description, ...(content ? { content } : {}) }],
    ...errors.map((error) => [
      error,
      { description: MEANINGS[error], content: { "application/json": { schema: ApiError } } },
    ]),
  ]);
}
