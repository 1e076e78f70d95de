import type { CallOptions } from "./call-options.ts";
import { RoombridgeError } from "./roombridge-error.ts";

/** The application of a call: its own, else the client's. Throws `invalid_argument`. */
export function applicationId({ appId }: CallOptions, ofClient: string | undefined): string {
  const id = appId ?? ofClient;
  if (id !== undefined) return id;
  throw new RoombridgeError("invalid_argument", "appId is missing: give it to the client or the call");
}
