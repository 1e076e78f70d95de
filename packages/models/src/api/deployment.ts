import type { TransportType } from "./exposed-port.ts";

/** A further port of a deployment (Hathora `ContainerPort`); the name becomes HATHORA_<NAME>_PORT. */
export interface AdditionalContainerPort {
  readonly name: string;
  readonly port: number;
  readonly transportType: TransportType;
}

/** One entry of a deployment's environment (Hathora `DeploymentConfigV3Env`). */
export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}
