import { z } from "zod";

export const TRANSPORT_TYPES = ["tcp", "udp", "tls"] as const;

/** Hathora `TransportType`; `tls` is terminated before the game server, which sees plain TCP. */
export const TransportType = z.enum(TRANSPORT_TYPES).meta({ id: "TransportType" });
export type TransportType = z.infer<typeof TransportType>;

/** Where players reach one port of a process (Hathora `ExposedPort`). */
export const ExposedPort = z
  .object({
    transportType: TransportType,
    port: z.int().min(1).max(65535),
    host: z.string(),
    name: z.string().meta({ description: "`default` for the main port." }),
  })
  .meta({ id: "ExposedPort" });
export type ExposedPort = z.infer<typeof ExposedPort>;
