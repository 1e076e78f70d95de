import { AuthConfiguration, DeploymentConfigV3, MAX_PROCESSES, ServiceConfig } from "@roombridge/models/api";
import { z } from "zod";

const { shape } = DeploymentConfigV3;
const processes = z.int().min(0).max(MAX_PROCESSES);
const limit = z.int().min(0).max(2_147_483_647).nullable().optional();
const text = z.string().min(1);

const DeclaredDeployment = z
  .strictObject({
    command: text.max(100).optional().meta({ description: "Name of a command of the host's file." }),
    image: text.max(512).optional().meta({ description: "Reference of an image that the hosts' files allow." }),
    buildTag: text.max(100).optional().meta({ description: "The game's own version; HATHORA_BUILD_TAG." }),
    deploymentTag: shape.deploymentTag,
    containerPort: shape.containerPort,
    transportType: shape.transportType,
    additionalContainerPorts: shape.additionalContainerPorts,
    roomsPerProcess: shape.roomsPerProcess,
    requestedCPU: shape.requestedCPU,
    requestedMemoryMB: shape.requestedMemoryMB,
    idleTimeoutEnabled: shape.idleTimeoutEnabled.default(true),
    env: shape.env.default([]),
    warmProcesses: processes.default(0).meta({
      description: "Processes with a free slot that are kept running in each region.",
    }),
    maxProcesses: processes.default(MAX_PROCESSES).meta({
      description: "Processes that may run at a time in each region.",
    }),
  })
  .superRefine((deployment, context) => {
    const { command, image } = deployment;
    if ((command === undefined) === (image === undefined))
      context.addIssue({ code: "custom", message: "needs a command or an image, and not both" });
    // What the API demands of ports, in its own words.
    const asked = DeploymentConfigV3.safeParse({ ...deployment, buildId: "any" });
    for (const { path, message } of asked.error?.issues ?? []) context.addIssue({ code: "custom", path, message });
  })
  .meta({ id: "Deployment", description: "What new rooms run on." });
export type DeclaredDeployment = z.output<typeof DeclaredDeployment>;

/** An application as the operator declares it. What is absent stays as it is; null takes a limit away. */
export const DeclaredApplication = z
  .strictObject({
    appId: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: "expected 1 to 64 of A-Z, a-z, 0-9, _ and -, such as app-<uuid>" }),
    appName: z.string().regex(/^[a-z0-9-]{1,64}$/, { error: "expected 1 to 64 of a-z, 0-9 and -" }),
    authConfiguration: AuthConfiguration.optional().meta({ description: "How its players may log in." }),
    serviceConfig: ServiceConfig.optional().meta({ description: "Warm processes and limits by region." }),
    maxProcesses: limit.meta({ description: "Processes that may run at a time, over all regions." }),
    maxRooms: limit.meta({ description: "Live rooms that it may have." }),
    playerIceServers: z.boolean().optional().meta({
      description: "Whether players may ask for TURN credentials with their own tokens.",
    }),
    appSecretFile: text.optional().meta({
      description: "File with what signs the tokens of its players, relative to this one; else a secret is drawn once.",
    }),
    deployment: DeclaredDeployment.optional(),
  })
  .meta({ id: "Application", description: "What is absent stays as it is; null takes a limit away." });
export type DeclaredApplication = z.output<typeof DeclaredApplication>;
