import { z } from "zod";
import { AuthConfiguration, LoadBalancerConfig, ServiceConfig } from "./app-config.ts";
import { BuildV3 } from "./build.ts";
import { DeploymentV3 } from "./deployment.ts";
import { Region } from "./region.ts";

const AppName = z
  .string()
  .regex(/^[a-z0-9-]{1,64}$/, { error: "1 to 64 characters of a-z, 0-9 and -" })
  .meta({ description: "Of no other application of the organisation.", example: "my-game-staging" });

/** Body of `CreateApp`. Unknown keys are ignored. */
export const CreateAppConfig = z
  .object({ appName: AppName, authConfiguration: AuthConfiguration, loadBalancer: LoadBalancerConfig.optional() })
  .meta({ id: "CreateAppConfig" });
export type CreateAppConfig = z.infer<typeof CreateAppConfig>;

/** Body of `UpdateApp`: all of it is set anew, but a `serviceConfig` that is absent stays. */
export const AppConfigWithServiceConfig = z
  .object({ appName: AppName, authConfiguration: AuthConfiguration, serviceConfig: ServiceConfig.optional() })
  .meta({ id: "AppConfigWithServiceConfig" });
export type AppConfigWithServiceConfig = z.infer<typeof AppConfigWithServiceConfig>;

/** Body of `PatchApp`: what is absent stays as it is. */
export const PartialAppConfigWithServiceConfig = AppConfigWithServiceConfig.partial().meta({
  id: "PartialAppConfigWithServiceConfig",
});
export type PartialAppConfigWithServiceConfig = z.infer<typeof PartialAppConfigWithServiceConfig>;

const ShownServiceConfig = z.object({
  staticProcessAllocation: z.array(
    z.object({
      region: Region,
      minProcesses: z.int(),
      targetProcesses: z.int(),
      maxProcesses: z.int().meta({ description: "100000 stands for no limit but the deployment's." }),
    }),
  ),
});

const nullableText = z.union([z.string(), z.null()]);

/** Hathora `Application`, with the secret that signs the tokens of its players. */
export const Application = z
  .object({
    appId: z.string().meta({ example: "app-af469a92-5b45-4565-b3c4-b79878de67d2" }),
    appName: z.string(),
    appSecret: z.string().meta({ description: "Whoever has it can log in as any player of the application." }),
    authConfiguration: AuthConfiguration,
    serviceConfig: z.union([ShownServiceConfig, z.null()]),
    orgId: z.string(),
    createdAt: z.iso.datetime(),
    createdBy: z.string().meta({ description: "Id of the token; empty: the operator." }),
    deletedAt: z.union([z.iso.datetime(), z.null()]),
    deletedBy: nullableText,
  })
  .meta({ id: "Application" });
export type Application = z.infer<typeof Application>;

/** Answer of `GetApps`. */
export const ApplicationsPage = z
  .object({
    applications: z.array(Application.extend({ deployment: DeploymentV3.extend({ build: BuildV3 }).optional() })),
  })
  .meta({ id: "ApplicationsPage" });
export type ApplicationsPage = z.infer<typeof ApplicationsPage>;
