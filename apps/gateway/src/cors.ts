import type { HonoRequest } from "hono";

/** No cookie is ever read, so any page may ask: what a page can do here it could do from anywhere. */
export const CORS_HEADERS: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "Retry-After, X-Request-Id",
};

/** Answer to the preflight of a browser that wants to send `Authorization` or JSON. */
export const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  ...CORS_HEADERS,
  "access-control-allow-methods": "GET, HEAD, POST, PATCH, PUT, DELETE",
  "access-control-allow-headers": "Authorization, Content-Type",
  "access-control-max-age": "86400",
};

/** Whether a browser asks if it may ask. */
export function isPreflight(request: HonoRequest): boolean {
  return request.method === "OPTIONS" && request.header("access-control-request-method") !== undefined;
}
