import type {
  AppConfigWithServiceConfig,
  CreateAppConfig,
  CreateBuildV3Params,
  CreateIceServersParams,
  CreateLobbyV3Params,
  CreateWebhookParams,
  DeploymentConfigV3,
  LiveRoomState,
  ProcessMetricName,
  PartialAppConfigWithServiceConfig,
  ProcessStatus,
  Region,
  RegisterStaticProcessParams,
  UpdateWebhookParams,
  WebhookDeliveryState,
  RegistryConfig,
  Scope,
} from "@roombridge/models/api";
import type { Place } from "../arrange.ts";
import type { createGame } from "../suite.ts";

/** The arguments of a call, whichever client makes it; words that the API refuses are part of the test. */
export interface Call {
  readonly appId: string;
  readonly token?: string | undefined;
  readonly roomId?: string | undefined;
  readonly processId?: string | undefined;
  readonly region?: Region | undefined;
  /** Body of a create. */
  readonly params?: {
    readonly region: Region;
    readonly roomConfig?: string;
    readonly clientIPs?: string[];
    readonly deploymentId?: string;
  };
  /** A player's, where it is not the organisation's token that counts. */
  readonly playerToken?: string | undefined;
  /** Body of a login. */
  readonly login?: { readonly nickname: string } | { readonly idToken: string } | undefined;
  /** Body of CreateLobby. */
  readonly lobby?: CreateLobbyV3Params | undefined;
  readonly shortCode?: string | undefined;
  /** Body of an update. */
  readonly roomConfig?: string | undefined;
  /** Body of a registration. */
  readonly registration?: RegisterStaticProcessParams;
  readonly roomsVersion?: string;
  readonly exitCode?: number;
  readonly orgId?: string;
  /** Body of CreateApp. */
  readonly newApp?: CreateAppConfig;
  /** Body of UpdateApp, where it must be whole, and of PatchApp. */
  readonly app?: PartialAppConfigWithServiceConfig;
  readonly buildId?: string;
  /** Body of CreateBuildRegistry. */
  readonly newBuild?: CreateBuildV3Params;
  /** Body of RunBuildRegistry. */
  readonly registry?: RegistryConfig;
  readonly deploymentId?: string;
  /** Body of CreateDeployment. */
  readonly newDeployment?: DeploymentConfigV3;
  readonly webhookId?: string;
  /** Body of CreateWebhook. */
  readonly newWebhook?: CreateWebhookParams;
  /** Body of UpdateWebhook. */
  readonly webhook?: UpdateWebhookParams;
  /** Body of ReplayWebhook. */
  readonly since?: Date;
  readonly deliveryState?: WebhookDeliveryState;
  readonly buildTag?: string;
  readonly deploymentTag?: string;
  /** Body of CreateIceServers. */
  readonly issue?: CreateIceServersParams | undefined;
  /** Body of RevokeIceServers. */
  readonly revoke?: { readonly username?: string; readonly playerId?: string } | undefined;
  readonly states?: LiveRoomState[];
  readonly statuses?: ProcessStatus[];
  readonly regions?: Region[];
  /** Milliseconds since 1970. */
  readonly before?: number;
  readonly limit?: number;
  readonly cursor?: string;
  readonly follow?: boolean;
  readonly tailLines?: number;
  readonly metrics?: ProcessMetricName[];
  /** Seconds since 1970. */
  readonly start?: number;
  readonly end?: number;
  /** Seconds. */
  readonly step?: number;
  readonly orgTokenId?: string;
  /** Body of CreateOrgToken. */
  readonly newToken?: { readonly name: string; readonly scopes?: Scope[] | "admin" };
}

/** The body of UpdateApp, which needs more than that of PatchApp. Throws when a row lacks it. */
export function whole(app: Call["app"]): AppConfigWithServiceConfig {
  if (app?.appName === undefined || app.authConfiguration === undefined) throw new Error("the row lacks a whole body");
  return { ...app, appName: app.appName, authConfiguration: app.authConfiguration };
}

/** What a call came to, as its caller sees it. */
export interface Outcome {
  readonly status: number;
  /** The decoded answer, or the `{ message }` of the client's error; undefined for no body. */
  readonly body: unknown;
  /** Seconds after which to try again, where the client tells. */
  readonly retryAfterSeconds: number | undefined;
  /** The same answer as it came. */
  readonly wire: { readonly status: number; readonly headers: Headers; readonly text: string };
}

/** A published client: how it makes the calls that it knows. */
export interface Driver {
  readonly name: "sdk" | "client";
  readonly operationIds: readonly string[];
  /** Throws whatever is not one of the client's errors for a documented status. */
  readonly call: (url: string, operationId: string, call: Call) => Promise<Outcome>;
  /** What it makes of a body on the wire; its types leave out what it does not know. */
  readonly sees: (body: unknown) => unknown;
}

/**
 * The gateway that a row asks: `sleepy` does not wake rooms, `strict` issues three credentials per room, `broken` lacks tables
 * in its database, `lost` the database.
 */
export type GatewayKind = "usual" | "sleepy" | "strict" | "broken" | "lost";

export interface Arranged {
  readonly call: Call;
  /** The decoded answer; `{ message }` for an error, nothing for an answer without a body. */
  readonly body?: unknown;
  /** Throws when the call has not had its effect. */
  readonly verify?: () => Promise<void>;
}

/** One line of the table: an operation, the status that it answers, and how that comes about. */
export interface Row {
  readonly operationId: string;
  readonly status: number;
  /** Ends the sentence "status 400 when …". */
  readonly when: string;
  /** Default `usual`. */
  readonly gateway?: GatewayKind;
  /** Default: ten rooms per process. */
  readonly game?: Parameters<typeof createGame>[1];
  /** The only client that can ask so; every client that knows the operation when absent. */
  readonly only?: Driver["name"];
  readonly arrange: (place: Place) => Promise<Arranged>;
}
