export { ApiError } from "./api-error.ts";
export { AuthConfiguration, MAX_PROCESSES, ServiceConfig } from "./app-config.ts";
export {
  AppConfigWithServiceConfig,
  Application,
  ApplicationsPage,
  CreateAppConfig,
  PartialAppConfigWithServiceConfig,
} from "./application.ts";
export { BUILD_STATUSES, BuildStatus } from "./build-status.ts";
export { BuildsV3Page, BuildV3, CreateBuildV3Params, DeletedBuild, RegistryConfig } from "./build.ts";
export { ConnectionInfoV2, RoomReadyStatus } from "./connection-info.ts";
export { ConnectionInfoV1 } from "./connection-info-v1.ts";
export { CreateIceServersParams } from "./create-ice-servers-params.ts";
export { CreateRoomParams } from "./create-room-params.ts";
export { CredentialList, CredentialState, ListedCredential, TurnUsage } from "./credential-list.ts";
export { DeploymentConfigV3, DeploymentsV3Page, DeploymentV3 } from "./deployment.ts";
export type { AdditionalContainerPort, EnvironmentVariable } from "./deployment.ts";
export { ERROR_CODES } from "./error-code.ts";
export type { ErrorCode } from "./error-code.ts";
export { ExposedPort, TRANSPORT_TYPES, TransportType } from "./exposed-port.ts";
export { IceServer } from "./ice-server.ts";
export { IceServersAnswer } from "./ice-servers-answer.ts";
export { Organization, OrganizationPage } from "./organization.ts";
export {
  CreatedOrgToken,
  CreateOrgTokenParams,
  OrgToken,
  OrgTokenList,
  OrgTokenName,
  OrgTokenStatus,
} from "./org-token.ts";
export { CreateLobbyV3Params, LOBBY_VISIBILITIES, LobbyV3, LobbyVisibility, ShortCode } from "./lobby.ts";
export { PingEndpoint } from "./ping-endpoint.ts";
export { GoogleIdToken, Nickname, PlayerToken } from "./player-token.ts";
export { PROCESS_STATUSES, ProcessCount, ProcessStatus, ProcessV2, ProcessV3 } from "./process.ts";
export {
  DEPRECATED_PROCESS_METRICS,
  DeprecatedProcessMetricName,
  DeprecatedProcessMetricsData,
  MetricValue,
  PROCESS_METRICS,
  ProcessMetricName,
  ProcessMetricsData,
} from "./process-metrics.ts";
export { isRegion, Region, REGIONS } from "./region.ts";
export { Room, RoomAllocation, RoomStatus, RoomWithoutAllocations } from "./room.ts";
export { RevokedCredentials, RevokeIceServersParams } from "./revoke-ice-servers.ts";
export { RoomAllocationData } from "./room-allocation-data.ts";
export { RoomConnectionData } from "./room-connection-data.ts";
export { ROOM_EVENT_TYPES, RoomEvent, RoomEventData, RoomEventType } from "./room-event.ts";
export { isRoomId, RoomId } from "./room-id.ts";
export { ListedRoom, LiveRoomState, RoomPage } from "./room-page.ts";
export { Scope, SCOPES } from "./scope.ts";
export {
  DeregisterStaticProcessParams,
  RegisterStaticProcessParams,
  StaticProcess,
  StaticProcessRoom,
} from "./static-process.ts";
export { isStorable } from "./storable-text.ts";
export {
  CreateWebhookParams,
  ReplayWebhookParams,
  UpdateWebhookParams,
  Webhook,
  WebhookDelivery,
  WebhookDeliveryPage,
  WebhookDeliveryState,
  WebhookSecret,
} from "./webhook.ts";
export { UpdateRoomConfigParams } from "./update-room-config-params.ts";
