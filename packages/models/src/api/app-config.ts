import { z } from "zod";
import { Region } from "./region.ts";
import { storableText } from "./storable-text.ts";

const MAX_PROCESSES = 100_000;

/** Hathora `AuthConfiguration`: how players may log in. A provider that is absent is off. */
export const AuthConfiguration = z
  .object({
    anonymous: z.object({}).optional(),
    nickname: z.object({}).optional(),
    google: z
      .object({
        clientId: storableText(255).min(1).meta({ description: "The audience that an ID token of Google must name." }),
      })
      .optional(),
  })
  .meta({ id: "AuthConfiguration" });
export type AuthConfiguration = z.infer<typeof AuthConfiguration>;

const processes = z.int().min(0).max(MAX_PROCESSES);

/** Hathora `StaticProcessAllocationConfigWrite`: the warm pool of one region. */
export const StaticProcessAllocation = z
  .object({
    region: Region,
    minProcesses: processes.meta({ description: "At most `targetProcesses`, which is what is kept." }),
    targetProcesses: processes
      .optional()
      .meta({ description: "Processes with a free slot that are kept running; `minProcesses` when absent." }),
    maxProcesses: z.union([processes, z.null()]).meta({
      description: "Processes that may run at a time in place of what the deployment allows; null: as it does.",
    }),
  })
  .meta({ id: "StaticProcessAllocation" });

/** Hathora `ServiceConfigWrite`. Load balancing and autoscaling are not offered: naming them is refused, switched off is fine. */
export const ServiceConfig = z
  .object({
    staticProcessAllocation: z.array(StaticProcessAllocation).max(100),
    loadBalancer: z.object({ enabled: z.literal(false, { error: "load balancing is not offered" }) }).optional(),
  })
  .meta({ id: "ServiceConfig" });
export type ServiceConfig = z.infer<typeof ServiceConfig>;
