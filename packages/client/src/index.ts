export type {
  AuthConfiguration,
  BuildStatus,
  CredentialState,
  IceServer,
  LiveRoomState,
  ProcessStatus,
  Region,
  RoomEventType,
  RoomReadyStatus,
  RoomStatus,
  ServiceConfig,
  TransportType,
  WebhookDeliveryState,
} from "@roombridge/models/api";
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
export type { ExposedPort } from "./exposed-port.ts";
export type { RetryOptions } from "./http/retry.ts";
export type { LogParams, LogsV1 } from "./logs-v1/logs-v1.ts";
export type { Open } from "./open.ts";
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
