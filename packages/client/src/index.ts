export type {
  AuthConfiguration,
  BuildStatus,
  CredentialState,
  IceServer,
  LiveRoomState,
  OrgTokenStatus,
  LobbyVisibility,
  ProcessStatus,
  Region,
  RoomEventType,
  RoomReadyStatus,
  RoomStatus,
  Scope,
  ServiceConfig,
  TransportType,
  WebhookDeliveryState,
} from "@roombridge/models/api";
export type { AuthV1, PlayerToken } from "./auth-v1/auth-v1.ts";
export type {
  Application,
  CreateAppParams,
  DeployedApplication,
  PatchAppParams,
  StaticProcessAllocation,
  UpdateAppParams,
} from "./apps-v2/application.ts";
export type { AppsV2 } from "./apps-v2/apps-v2.ts";
export type { Build, CreateBuildParams, RunBuildParams } from "./builds-v3/build.ts";
export type { BuildsV3 } from "./builds-v3/builds-v3.ts";
export type { CallOptions, OfOrganization, RepeatableCallOptions } from "./call-options.ts";
export type {
  ContainerPort,
  CreateDeploymentParams,
  Deployment,
  DeploymentFilter,
  EnvironmentVariable,
} from "./deployments-v3/deployment.ts";
export type { DeploymentsV3 } from "./deployments-v3/deployments-v3.ts";
export type { DiscoveryV2, PingEndpoint } from "./discovery-v2/discovery-v2.ts";
export type { ExposedPort } from "./exposed-port.ts";
export type { RetryOptions } from "./http/retry.ts";
export type { LobbiesV3 } from "./lobbies-v3/lobbies-v3.ts";
export type { CreateLobbyOptions, CreateLobbyParams, ListLobbiesParams, Lobby } from "./lobbies-v3/lobby.ts";
export type { LogParams, LogsV1 } from "./logs-v1/logs-v1.ts";
export type { Open } from "./open.ts";
export type { Organization, OrganizationsV1 } from "./organizations-v1/organizations-v1.ts";
export type { Process, ProcessFilter } from "./processes-v3/process.ts";
export type {
  MetricValue,
  ProcessMetricName,
  ProcessMetrics,
  ProcessMetricsParams,
} from "./processes-v3/process-metrics.ts";
export type { ProcessesV3 } from "./processes-v3/processes-v3.ts";
export type {
  DeregisterOptions,
  HeartbeatOptions,
  RegisterStaticProcessParams,
  StaticProcess,
  StaticProcessRoom,
} from "./processes-v3/static-process.ts";
export { RoombridgeClient } from "./roombridge-client.ts";
export type { RoombridgeClientOptions } from "./roombridge-client.ts";
export { RoombridgeError } from "./roombridge-error.ts";
export type { RoombridgeErrorCode, RoombridgeErrorOptions } from "./roombridge-error.ts";
export type {
  ActiveConnectionInfo,
  ConnectionInfo,
  RoomAllocationData,
  RoomConnectionData,
} from "./rooms-v2/connection-info.ts";
export type {
  CreateIceServersParams,
  CredentialList,
  IceServersAnswer,
  ListedCredential,
  RevokeIceServersParams,
  TurnUsage,
} from "./rooms-v2/ice-servers.ts";
export type {
  AllRoomsParams,
  ConnectionInfoOptions,
  CreateRoomOptions,
  CreateRoomParams,
  ListRoomsParams,
  RoomFilter,
  UpdateRoomConfigParams,
  WaitOptions,
} from "./rooms-v2/room-params.ts";
export type { RoomEvent, RoomEventData, RoomEventsOptions, RoomEventsParams } from "./rooms-v2/room-event.ts";
export type { ListedRoom, Room, RoomAllocation, RoomPage, RoomWithoutAllocations } from "./rooms-v2/room.ts";
export type { RoomsV2 } from "./rooms-v2/rooms-v2.ts";
export { registerServer, StaticServer } from "./static-server/static-server.ts";
export type { RegisterServerOptions, ServerHandlers } from "./static-server/server-options.ts";
export type { CreatedOrgToken, CreateOrgTokenParams, OrgToken, TokenScopes } from "./tokens-v1/org-token.ts";
export type { TokensV1 } from "./tokens-v1/tokens-v1.ts";
export type {
  CreateWebhookParams,
  ListDeliveriesParams,
  UpdateWebhookParams,
  Webhook,
  WebhookDelivery,
  WebhookDeliveryPage,
  WebhookWithSecret,
} from "./webhooks-v1/webhook.ts";
export type { WebhooksV1 } from "./webhooks-v1/webhooks-v1.ts";
