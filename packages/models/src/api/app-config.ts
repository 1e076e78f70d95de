import { z } from "zod";
import { Region } from "./region.ts";
import { storableText } from "./storable-text.ts";

/** Processes of one region that anybody may ask for; also what an application without a limit of its own is shown. */
export const MAX_PROCESSES = 100_000;

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
const off = (what: string) => z.boolean().refine((isOn) => !isOn, { error: `${what} is not offered`, abort: true });

/** Hathora `StaticProcessAllocationConfigWrite`: the warm pool of one region. */
const StaticProcessAllocation = z
  .object({
    region: Region,
    minProcesses: processes.meta({ description: "At most `targetProcesses`, which is what is kept." }),
    targetProcesses: processes
      .optional()
      .meta({ description: "Processes with a free slot that are kept running; `minProcesses` when absent." }),
    maxProcesses: z.union([processes, z.null()]).meta({
      description: "Processes that may run at a time, in place of what the deployment allows; null: as that does.",
    }),
    autoscalingEnabled: off("autoscaling").optional(),
  })
  .refine(({ minProcesses, targetProcesses = minProcesses }) => minProcesses <= targetProcesses, {
    error: "at most targetProcesses",
    path: ["minProcesses"],
  })
  .refine(
    ({ minProcesses, targetProcesses = minProcesses, maxProcesses }) =>
      (maxProcesses ?? MAX_PROCESSES) >= targetProcesses,
    {
      error: "at least targetProcesses",
      path: ["maxProcesses"],
    },
  )
  .meta({ id: "StaticProcessAllocation" });

/** Load balancing is not offered; that it shall be off may be said. */
export const LoadBalancerConfig = z.object({ enabled: off("load balancing") });

/** Hathora `ServiceConfigWrite`. */
export const ServiceConfig = z
  .object({
    staticProcessAllocation: z
      .array(StaticProcessAllocation)
      .max(100)
      .refine((all) => new Set(all.map(({ region }) => region)).size === all.length, {
        error: "a region is there more than once",
      }),
    loadBalancer: LoadBalancerConfig.optional(),
    processAutoscalerConfig: z
      .object({ targetMetric: z.object({ metricName: z.enum(["concurrent-requests"]), metricValue: z.number() }) })
      .refine(() => false, { error: "autoscaling is not offered" })
      .optional(),
  })
  .meta({ id: "ServiceConfig" });
export type ServiceConfig = z.infer<typeof ServiceConfig>;
