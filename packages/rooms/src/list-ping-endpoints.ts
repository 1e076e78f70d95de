import { REGIONS, type PingEndpoint } from "@roombridge/models/api";
import type { RoomsContext } from "./context.ts";

/** Where players measure their distance: one host for each region that has one, in the order of `REGIONS`. At most 2 s old. */
export async function listPingEndpoints({ pingEndpoints }: RoomsContext): Promise<readonly PingEndpoint[]> {
  const found = await pingEndpoints.get();
  return found.toSorted((a, b) => REGIONS.indexOf(a.region) - REGIONS.indexOf(b.region));
}
