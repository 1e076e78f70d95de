import type { Operation } from "./operation.ts";
import { createAppOperation } from "./routes/create-app.ts";
import { createBuildRegistryOperation } from "./routes/create-build-registry.ts";
import { createDeploymentOperation } from "./routes/create-deployment.ts";
import { createIceServersOperation } from "./routes/create-ice-servers.ts";
import { createOrgTokenOperation } from "./routes/create-org-token.ts";
import { createLobbyOperation } from "./routes/create-lobby.ts";
import { createProcessOperation } from "./routes/create-process.ts";
import { createRoomOperation } from "./routes/create-room.ts";
import { deleteAppOperation } from "./routes/delete-app.ts";
import { deleteBuildOperation } from "./routes/delete-build.ts";
import { deregisterStaticProcessOperation } from "./routes/deregister-static-process.ts";
import { destroyRoomOperation } from "./routes/destroy-room.ts";
import { downloadLogForProcessOperation } from "./routes/download-log-for-process.ts";
import { followRoomEventsOperation } from "./routes/follow-room-events.ts";
import { getAppOperation } from "./routes/get-app.ts";
import { getAppsOperation } from "./routes/get-apps.ts";
import { getBuildOperation } from "./routes/get-build.ts";
import { getBuildsOperation } from "./routes/get-builds.ts";
import { getConnectionInfoOperation } from "./routes/get-connection-info.ts";
import { getDeploymentOperation } from "./routes/get-deployment.ts";
import { getDeploymentsOperation } from "./routes/get-deployments.ts";
import { getLatestDeploymentOperation } from "./routes/get-latest-deployment.ts";
import { getLatestProcessesOperation } from "./routes/get-latest-processes.ts";
import { getLobbyInfoByRoomIdOperation, getLobbyInfoByShortCodeOperation } from "./routes/get-lobby-info.ts";
import { getLogsForProcessOperation } from "./routes/get-logs-for-process.ts";
import { getOrgTokensOperation } from "./routes/get-org-tokens.ts";
import { getOrgsOperation } from "./routes/get-orgs.ts";
import {
  getPingServiceEndpointsDeprecatedOperation,
  getPingServiceEndpointsOperation,
} from "./routes/get-ping-service-endpoints.ts";
import { getMetricsDeprecatedOperation, getProcessMetricsOperation } from "./routes/get-process-metrics.ts";
import { getProcessOperation } from "./routes/get-process.ts";
import { getProcessesCountOperation } from "./routes/get-processes-count.ts";
import { getRoomInfoOperation } from "./routes/get-room-info.ts";
import {
  getActiveRoomsForProcessOperation,
  getInactiveRoomsForProcessOperation,
} from "./routes/get-rooms-for-process.ts";
import { heartbeatStaticProcessOperation } from "./routes/heartbeat-static-process.ts";
import { listActivePublicLobbiesOperation } from "./routes/list-active-public-lobbies.ts";
import { listIceServersOperation } from "./routes/list-ice-servers.ts";
import { listRoomsOperation } from "./routes/list-rooms.ts";
import { loginAnonymousOperation } from "./routes/login-anonymous.ts";
import { loginGoogleOperation } from "./routes/login-google.ts";
import { loginNicknameOperation } from "./routes/login-nickname.ts";
import { PROCESSES_V2 } from "./routes/processes-v2.ts";
import { registerStaticProcessOperation } from "./routes/register-static-process.ts";
import { resumeRoomOperation } from "./routes/resume-room.ts";
import { revokeIceServersOperation } from "./routes/revoke-ice-servers.ts";
import { revokeOrgTokenOperation } from "./routes/revoke-org-token.ts";
import { ROOMS_V1 } from "./routes/rooms-v1.ts";
import { runBuildRegistryOperation } from "./routes/run-build-registry.ts";
import { stopProcessOperation } from "./routes/stop-process.ts";
import { suspendRoomOperation } from "./routes/suspend-room.ts";
import { patchAppOperation, updateAppOperation } from "./routes/update-app.ts";
import { updateRoomConfigOperation } from "./routes/update-room-config.ts";
import { WEBHOOKS_V1 } from "./routes/webhooks-v1.ts";

/** Everything that the API offers, in the order of its document. Of two paths that match, the first one answers. */
export const OPERATIONS: readonly Operation[] = [
  createRoomOperation,
  getRoomInfoOperation,
  getConnectionInfoOperation,
  updateRoomConfigOperation,
  suspendRoomOperation,
  resumeRoomOperation,
  destroyRoomOperation,
  getActiveRoomsForProcessOperation,
  getInactiveRoomsForProcessOperation,
  listRoomsOperation,
  followRoomEventsOperation,
  createIceServersOperation,
  listIceServersOperation,
  revokeIceServersOperation,
  // Before GetProcess, for which `latest` and `count` would be processes.
  getLatestProcessesOperation,
  getProcessesCountOperation,
  getProcessOperation,
  createProcessOperation,
  stopProcessOperation,
  getProcessMetricsOperation,
  getLogsForProcessOperation,
  downloadLogForProcessOperation,
  registerStaticProcessOperation,
  heartbeatStaticProcessOperation,
  deregisterStaticProcessOperation,
  getOrgTokensOperation,
  createOrgTokenOperation,
  revokeOrgTokenOperation,
  getOrgsOperation,
  loginAnonymousOperation,
  loginNicknameOperation,
  loginGoogleOperation,
  createLobbyOperation,
  listActivePublicLobbiesOperation,
  getLobbyInfoByRoomIdOperation,
  getLobbyInfoByShortCodeOperation,
  getPingServiceEndpointsOperation,
  getPingServiceEndpointsDeprecatedOperation,
  ...WEBHOOKS_V1,
  getAppsOperation,
  createAppOperation,
  getAppOperation,
  updateAppOperation,
  patchAppOperation,
  deleteAppOperation,
  getBuildsOperation,
  createBuildRegistryOperation,
  getBuildOperation,
  runBuildRegistryOperation,
  deleteBuildOperation,
  getDeploymentsOperation,
  createDeploymentOperation,
  // Before GetDeployment, for which `latest` would be a deployment.
  getLatestDeploymentOperation,
  getDeploymentOperation,
  ...PROCESSES_V2,
  ...ROOMS_V1,
  getMetricsDeprecatedOperation,
];
