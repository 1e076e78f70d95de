import type { AuthConfiguration, Region, ServiceConfig } from "@roombridge/models/api";
import type { Build } from "../builds-v3/build.ts";
import type { Deployment } from "../deployments-v3/deployment.ts";
import type { Open } from "../open.ts";

/** The warm pool of a region, as it is. */
export interface StaticProcessAllocation {
  readonly region: Open<Region>;
  readonly minProcesses: number;
  /** Processes with a free slot that are kept running. */
  readonly targetProcesses: number;
  /** 100,000 stands for no limit but the deployment's. */
  readonly maxProcesses: number;
}

/** A game (Hathora `Application`). */
export interface Application {
  readonly appId: string;
  readonly appName: string;
  /** Signs the tokens of players: keep it where they cannot see it. */
  readonly appSecret: string;
  readonly authConfiguration: AuthConfiguration;
  readonly serviceConfig: { readonly staticProcessAllocation: readonly StaticProcessAllocation[] } | null;
  readonly orgId: string;
  readonly createdAt: Date;
  /** Id of the token; empty: the operator. */
  readonly createdBy: string;
  readonly deletedAt: Date | null;
  readonly deletedBy: string | null;
}

/** An application in the list of all. */
export interface DeployedApplication extends Application {
  /** The newest one; not there when it has none. */
  readonly deployment?: Deployment & { readonly build: Build };
}

export interface CreateAppParams {
  /** 1 to 64 characters of a-z, 0-9 and -; of no other application of the organisation. */
  readonly appName: string;
  readonly authConfiguration: AuthConfiguration;
}

/** What is left out stays as it is. */
export type PatchAppParams = { readonly [Key in keyof UpdateAppParams]?: UpdateAppParams[Key] | undefined };

export interface UpdateAppParams extends CreateAppParams {
  /** Stays as it is when it is left out. */
  readonly serviceConfig?: ServiceConfig | undefined;
}
