import { z } from "zod";

export const TRANSPORT_TYPES = ["tcp", "udp", "tls"] as const;
export type TransportType = (typeof TRANSPORT_TYPES)[number];

/** Where players reach one port of a process (Hathora `ExposedPort`). */
export const ExposedPort = z.object({
  transportType: z.enum(TRANSPORT_TYPES),
  port: z.int().min(1).max(65535),
  host: z.string(),
  name: z.string(),
});
export type ExposedPort = z.infer<typeof ExposedPort>;
