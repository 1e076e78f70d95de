export { authenticate, getApplication, hashToken, requireOrganization, requireScope } from "./access.ts";
export type { Application, Principal } from "./access.ts";
export { getApplicationDetails, listApplications } from "./application-details.ts";
export type { ApplicationDetails, DeployedApplication } from "./application-details.ts";
export { drawCanary } from "./canary.ts";
export type { Canary } from "./canary.ts";
export { beatStaticProcess } from "./beat-static-process.ts";
export type { Connection } from "./connection.ts";
export { closeRooms, openRooms } from "./context.ts";
export type { RoomsContext, RoomsContextOptions, TurnLimits, TurnSettings } from "./context.ts";
export { checkControl, drawControlSecret, signControl } from "./control-token.ts";
export { createLobby } from "./create-lobby.ts";
export type { CreateLobbyInput } from "./create-lobby.ts";
export { createApplication } from "./create-application.ts";
export type { NewApplication } from "./create-application.ts";
export { createBuild } from "./create-build.ts";
export type { NewBuild } from "./create-build.ts";
export { createDeployment } from "./create-deployment.ts";
export type { NewDeployment } from "./create-deployment.ts";
export { createRoom } from "./create-room.ts";
export type { CreatedRoom, CreateRoomInput } from "./create-room.ts";
export { createOrgToken } from "./create-org-token.ts";
export type { CreatedOrgToken, CreateOrgTokenInput } from "./create-org-token.ts";
export { createProcess } from "./create-process.ts";
export { deleteApplication } from "./delete-application.ts";
export { deleteBuild } from "./delete-build.ts";
export { deregisterStaticProcess } from "./deregister-static-process.ts";
export { destroyRoom } from "./destroy-room.ts";
export { endLostStaticProcesses } from "./end-lost-static-processes.ts";
export { RoomError } from "./errors.ts";
export { getBuild, listBuilds } from "./find-builds.ts";
export type { Build } from "./find-builds.ts";
export { getDeployment, getLatestDeployment, listDeployments } from "./find-deployments.ts";
export type { Deployment } from "./find-deployments.ts";
export { countProcesses, latestProcesses } from "./find-processes.ts";
export { getLobby, getLobbyByShortCode, listPublicLobbies } from "./find-lobbies.ts";
export { findRooms } from "./find-rooms.ts";
export type { FindRoomsInput, FoundRoom, FoundRooms } from "./find-rooms.ts";
export type { GameProcess } from "./game-process.ts";
export type { EventFeed } from "./event-feed.ts";
export { parsePosition, printPosition } from "./event-position.ts";
export type { EventPosition } from "./event-position.ts";
export { followEvents } from "./follow-events.ts";
export type { FollowedItem, FollowEventsInput } from "./follow-events.ts";
export { getConnectionInfo, waitForConnection } from "./get-connection-info.ts";
export type { WaitForConnectionInput } from "./get-connection-info.ts";
export { getOrganization } from "./get-organization.ts";
export { getProcess } from "./get-process.ts";
export { getProcessHost } from "./get-process-host.ts";
export type { ProcessHost } from "./get-process-host.ts";
export { getRoomCredential } from "./get-room-credential.ts";
export type { RoomCredential } from "./get-room-credential.ts";
export { getRoomInfo } from "./get-room-info.ts";
export type { RoomInfo } from "./get-room-info.ts";
export { runHousekeeping } from "./housekeeping.ts";
export type { HousekeepingReport, HousekeepingSettings } from "./housekeeping.ts";
export { newUuid, randomBase36 } from "./ids.ts";
export { issueCredential } from "./issue-credential.ts";
export type { IssueCredentialInput, IssuedCredential } from "./issue-credential.ts";
export { toIceServers } from "./issued-credential.ts";
export type { IceServer, TurnCredential } from "./issued-credential.ts";
export { getRelayUsage, listCredentials } from "./list-credentials.ts";
export { LeaseWatch } from "./lease-watch.ts";
export { listActiveRooms, listInactiveRooms } from "./list-process-rooms.ts";
export { listOrgTokens } from "./list-org-tokens.ts";
export { listPingEndpoints } from "./list-ping-endpoints.ts";
export { listRooms } from "./list-rooms.ts";
export type { ListedRoom } from "./list-rooms.ts";
export type { Lobby } from "./lobby.ts";
export { getPlayerAccess } from "./player-access.ts";
export type { PlayerAccess } from "./player-access.ts";
export { registerStaticProcess } from "./register-static-process.ts";
export type { RegisterStaticProcessInput } from "./register-static-process.ts";
export { resumeRoom } from "./resume-room.ts";
export type { ResumedRoom } from "./resume-room.ts";
export { revokeCredentials } from "./revoke-credentials.ts";
export type { RevokeCredentialsInput } from "./revoke-credentials.ts";
export { runBuild } from "./run-build.ts";
export type { Artefact } from "./run-build.ts";
export type { RoomAllocation, RoomSummary } from "./room-summary.ts";
export type { StaticProcess, StaticProcessRoom } from "./static-process.ts";
export { revokeOrgToken } from "./revoke-org-token.ts";
export { scopesReach } from "./scopes.ts";
export { stopProcess } from "./stop-process.ts";
export { suspendRoom } from "./suspend-room.ts";
export { updateApplication } from "./update-application.ts";
export { updateRoomConfig } from "./update-room-config.ts";
export { deleteWebhook, replayWebhook, rotateWebhookSecret, updateWebhook } from "./change-webhook.ts";
export { createWebhook } from "./create-webhook.ts";
export type { CreateWebhookInput } from "./create-webhook.ts";
export { findDeliveries, getWebhook, listWebhooks } from "./find-webhooks.ts";
export { toRoomEvent } from "./room-event.ts";
export { pauseSeconds, retryDelaySeconds, WEBHOOK_RETRY } from "./webhook-retry.ts";
export type { WebhookRetry } from "./webhook-retry.ts";
export { signWebhook, toEventId } from "./webhook-signature.ts";
export {
  claimDeliveries,
  enqueueWebhookEvents,
  lookForWebhooks,
  recordAttempts,
  releaseDeliveries,
  settleWebhookTimes,
} from "./store/webhook-deliveries.ts";
export type { AttemptResult, DueDelivery } from "./store/webhook-deliveries.ts";
export type { DeliveryRow, WebhookRow } from "./store/webhooks.ts";
export { openHousekeepingLock } from "./store/advisory-holder.ts";
export type { HousekeepingLock } from "./store/advisory-holder.ts";
export { coturnAccessSql, grantCoturnAccess } from "./store/coturn-access.ts";
export type { CoturnAccess } from "./store/coturn-access.ts";
export { deadUsernames } from "./store/dead-usernames.ts";
export { isConnectionError, openDatabase, ping, readClock } from "./store/database.ts";
export type { Database } from "./store/database.ts";
export { findAbandoned } from "./store/find-abandoned.ts";
export type { HeldProcess } from "./store/find-abandoned.ts";
export { announceHost } from "./store/host-control.ts";
export type { HostControl, HostOffer } from "./store/host-control.ts";
export { drainHost, undrainHost } from "./store/host-drain.ts";
export { beatHost, findHosts, isHostAlive, registerHost, retireHost } from "./store/hosts.ts";
export type { HostBeat, HostFacts } from "./store/hosts.ts";
export { findOldestTransaction } from "./store/oldest-transaction.ts";
export { listen } from "./store/listen.ts";
export type { Listener } from "./store/listen.ts";
export type { CredentialState, ListedCredential, RelayUsage } from "./store/list-credentials.ts";
export type { OrgTokenRow } from "./store/org-tokens.ts";
export type { ProcessFilter } from "./store/find-processes.ts";
export { checkSchema, migrate, readSchemaState } from "./store/migrate.ts";
export type { SchemaState } from "./store/migrate.ts";
export { readBacklogFacts } from "./store/diagnosis/backlog-facts.ts";
export type { BacklogFacts } from "./store/diagnosis/backlog-facts.ts";
export { hearsNotifications } from "./store/diagnosis/hears-notifications.ts";
export { readHostingFacts } from "./store/diagnosis/hosting-facts.ts";
export type { HostingFacts } from "./store/diagnosis/hosting-facts.ts";
export { countCredentialsByKey, readRelayFacts } from "./store/diagnosis/relay-facts.ts";
export type { RelayFacts } from "./store/diagnosis/relay-facts.ts";
export { readRoleFacts } from "./store/diagnosis/role-facts.ts";
export type { RoleFacts } from "./store/diagnosis/role-facts.ts";
export { readSecretFacts } from "./store/diagnosis/secret-facts.ts";
export type { SecretFacts } from "./store/diagnosis/secret-facts.ts";
export { readServerFacts } from "./store/diagnosis/server-facts.ts";
export type { ServerFacts } from "./store/diagnosis/server-facts.ts";
export { readHoldFacts } from "./store/diagnosis/session-facts.ts";
export type { HoldFacts, SessionFacts } from "./store/diagnosis/session-facts.ts";
export { findOrganization, listOrganizations } from "./store/find-organization.ts";
export { measureRegions, measureRelays } from "./store/measure-fleet.ts";
export type { RegionUsage } from "./store/measure-fleet.ts";
export { measureWebhooks } from "./store/measure-webhooks.ts";
export type { WebhookUsage } from "./store/measure-webhooks.ts";
export type { DatabaseObserver } from "./store/observe-sql.ts";
export { leasePorts } from "./store/port-leases.ts";
export { renumberEvents } from "./store/renumber-events.ts";
export { reportConnections } from "./store/report-connections.ts";
export type { ConnectionReport } from "./store/report-connections.ts";
export {
  adoptProcess,
  claimProcesses,
  endProcess,
  listHostProcesses,
  noteDetail,
  reportBooted,
  reportRunning,
  requestStop,
} from "./store/processes.ts";
export type { EndReason, HostProcessRow, ProcessEnd, StartOrder, StopReason } from "./store/processes.ts";
export {
  compareDeployment,
  declareApplication,
  declareBuild,
  declareDeployment,
  declareOrganization,
  declareToken,
} from "./store/declare.ts";
export type { DeploymentSettings } from "./store/insert-deployment.ts";
export type { ApplicationSettings } from "./store/applications.ts";
export { findDeclared, lockDeclarations } from "./store/find-declared.ts";
export type { Declared, DeclaredApplicationRow, DeclaredTokenRow } from "./store/find-declared.ts";
export { changeApplication, changeToken } from "./store/change-declared.ts";
export type { ApplicationChange } from "./store/change-declared.ts";
export { findTurnSecret, rotateTurnSecret } from "./store/turn-secrets.ts";
export type { TurnSecretRotation } from "./store/turn-secrets.ts";
export { beatTurnServer, findUsableTurnServers, retireTurnServer, setCanaryCredential } from "./store/turn-servers.ts";
export type { CanaryCredential, TurnServerBeat } from "./store/turn-servers.ts";
export { recordTurnSessions } from "./store/turn-sessions.ts";
export type { TurnSession, TurnSessionReport } from "./store/turn-sessions.ts";
export { longTermKey, parseCredentialKeys, restPassword, toRestUsername } from "./turn-credential.ts";
export { findApplication as findApplicationById } from "./store/find-application.ts";
