import { z } from "zod";
import { Region } from "./region.ts";

/** Hathora `PingEndpoints`: where to measure the distance to a region, by WebSocket (TCP) or UDP on one port. */
export const PingEndpoint = z
  .object({ region: Region, host: z.string(), port: z.int().min(1).max(65_535) })
  .meta({ id: "PingEndpoints" });
export type PingEndpoint = z.infer<typeof PingEndpoint>;
