import { z } from "zod";
import { TransportType } from "./exposed-port.ts";
import { storableText } from "./storable-text.ts";

/** Hathora `ContainerPort`; the name becomes HATHORA_<NAME>_PORT. */
export const ContainerPort = z
  .object({
    name: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,99}$/, { error: "1 to 100 characters of a-z, 0-9 and -, a letter first" }),
    port: z.int().min(1).max(65_535),
    transportType: TransportType,
  })
  .meta({ id: "ContainerPort" });

/** A further port of a deployment. */
export type AdditionalContainerPort = Readonly<z.infer<typeof ContainerPort>>;

const DeploymentVariable = z.object({
  name: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, { error: "1 to 100 characters of A-Z, a-z, 0-9 and _, no digit first" }),
  value: storableText(5_000),
});

/** One entry of a deployment's environment (Hathora `DeploymentConfigV3Env`). */
export type EnvironmentVariable = Readonly<z.infer<typeof DeploymentVariable>>;

/** Null, or what is there twice. */
function firstTwice(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}

const env = z
  .array(DeploymentVariable)
  .max(100)
  .refine((variables) => firstTwice(variables.map(({ name }) => name)) === undefined, {
    error: "a name is there more than once",
  });

const gpu = z.number().max(0, { error: "GPUs are not offered" }).optional();

const protocolOf = (transportType: TransportType) => (transportType === "udp" ? "udp" : "tcp");

/** Body of `CreateDeployment`. Unknown keys are ignored. */
export const DeploymentConfigV3 = z
  .object({
    buildId: storableText(100),
    containerPort: z.int().min(1).max(65_535).meta({ description: "The port called `default`." }),
    transportType: TransportType,
    additionalContainerPorts: z.array(ContainerPort).max(2).optional(),
    roomsPerProcess: z.int().min(1).max(10_000),
    requestedCPU: z.number().min(0.01).max(1_024).meta({ description: "Cores, fractions too." }),
    requestedMemoryMB: z.number().min(16).max(4_194_304).meta({ description: "Mebibytes." }),
    idleTimeoutEnabled: z
      .boolean()
      .meta({ description: "Processes that have had nothing to do for 300 s are stopped." }),
    env: env.meta({ description: "Shown to everybody who may read deployments." }),
    deploymentTag: storableText(1_000).optional().meta({ description: "Whatever the caller wants to remember." }),
    fleetId: storableText(100).optional().meta({ description: "Ignored: there are no fleets." }),
    requestedGPU: gpu,
    experimentalRequestedGPU: gpu,
  })
  .superRefine(({ containerPort, transportType, additionalContainerPorts = [] }, context) => {
    const path = ["additionalContainerPorts"];
    const names = ["default", ...additionalContainerPorts.map(({ name }) => name)];
    const name = firstTwice(names);
    if (name !== undefined)
      context.addIssue({ code: "custom", path, message: `the name ${name} is there more than once` });
    const ports = [{ port: containerPort, transportType }, ...additionalContainerPorts];
    const port = firstTwice(ports.map((one) => `${one.port}/${protocolOf(one.transportType)}`));
    if (port !== undefined)
      context.addIssue({ code: "custom", path, message: `the port ${port} is there more than once` });
  })
  .meta({ id: "DeploymentConfigV3" });
export type DeploymentConfigV3 = z.infer<typeof DeploymentConfigV3>;

/** Hathora `DeploymentV3`. */
export const DeploymentV3 = z
  .object({
    appId: z.string(),
    deploymentId: z.string().meta({ example: "dep-6d4c6a71-2d75-4b42-94e1-f312f57f33c5" }),
    deploymentTag: z.string().optional(),
    buildId: z.string(),
    buildTag: z.string().optional(),
    defaultContainerPort: z.object({ name: z.string(), port: z.int(), transportType: TransportType }),
    additionalContainerPorts: z.array(z.object({ name: z.string(), port: z.int(), transportType: TransportType })),
    roomsPerProcess: z.int(),
    requestedCPU: z.number(),
    requestedMemoryMB: z.number(),
    idleTimeoutEnabled: z.boolean(),
    env: z.array(z.object({ name: z.string(), value: z.string() })),
    createdAt: z.iso.datetime(),
    createdBy: z.string().meta({ description: "Id of the token; empty: the operator." }),
  })
  .meta({ id: "DeploymentV3" });
export type DeploymentV3 = z.infer<typeof DeploymentV3>;

/** Answer of `GetDeployments`. */
export const DeploymentsV3Page = z.object({ deployments: z.array(DeploymentV3) }).meta({ id: "DeploymentsV3Page" });
export type DeploymentsV3Page = z.infer<typeof DeploymentsV3Page>;
