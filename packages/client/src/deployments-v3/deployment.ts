import type { TransportType } from "@roombridge/models/api";
import type { Open } from "../open.ts";

export interface ContainerPort {
  readonly name: string;
  readonly port: number;
  readonly transportType: Open<TransportType>;
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value: string;
}

interface DeploymentSettings {
  readonly buildId: string;
  /** 1 to 10,000. */
  readonly roomsPerProcess: number;
  /** Cores. */
  readonly requestedCPU: number;
  /** Mebibytes. */
  readonly requestedMemoryMB: number;
  /** Processes that have had nothing to do for 300 s are stopped. */
  readonly idleTimeoutEnabled: boolean;
  /** At most 100; everybody who may read deployments sees it. */
  readonly env: readonly EnvironmentVariable[];
}

/** A build with its run-time settings (Hathora `DeploymentV3`); the newest one takes new rooms. */
export interface Deployment extends DeploymentSettings {
  readonly appId: string;
  readonly deploymentId: string;
  readonly deploymentTag?: string;
  readonly buildTag?: string;
  readonly defaultContainerPort: ContainerPort;
  readonly additionalContainerPorts: readonly ContainerPort[];
  readonly createdAt: Date;
  /** Id of the token; empty: the operator. */
  readonly createdBy: string;
}

export interface CreateDeploymentParams extends DeploymentSettings {
  readonly containerPort: number;
  readonly transportType: Open<TransportType>;
  /** At most two. */
  readonly additionalContainerPorts?: readonly ContainerPort[] | undefined;
  readonly deploymentTag?: string | undefined;
}

/** What is left out filters nothing. */
export interface DeploymentFilter {
  readonly buildTag?: string | undefined;
  readonly deploymentTag?: string | undefined;
}
