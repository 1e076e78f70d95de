import { HathoraCloud } from "@hathora/cloud-sdk-typescript";
import { HTTPClient } from "@hathora/cloud-sdk-typescript/lib/http.js";
import type { DeprecatedProcessMetricName } from "@hathora/cloud-sdk-typescript/models/components/deprecatedprocessmetricname.js";
import { ApiError } from "@hathora/cloud-sdk-typescript/models/errors/apierror.js";
import { recordingFetch } from "./recording-fetch.ts";
import { whole, type Call, type Driver } from "./row.ts";

type Calls = Readonly<Record<string, (sdk: HathoraCloud, call: Call) => Promise<unknown>>>;

const CALLS: Calls = {
  CreateRoom: ({ roomsV2 }, { params, roomId }) => roomsV2.createRoom(given(params), undefined, roomId),
  GetRoomInfo: ({ roomsV2 }, { roomId }) => roomsV2.getRoomInfo(given(roomId)),
  GetConnectionInfo: ({ roomsV2 }, { roomId }) => roomsV2.getConnectionInfo(given(roomId)),
  UpdateRoomConfig: ({ roomsV2 }, { roomId, roomConfig }) =>
    roomsV2.updateRoomConfig(given(roomId), { roomConfig: given(roomConfig) }),
  SuspendRoomV2Deprecated: ({ roomsV2 }, { roomId }) => roomsV2.suspendRoomV2Deprecated(given(roomId)),
  ResumeRoom: ({ roomsV2 }, { roomId }) => roomsV2.resumeRoom(given(roomId)),
  DestroyRoom: ({ roomsV2 }, { roomId }) => roomsV2.destroyRoom(given(roomId)),
  GetActiveRoomsForProcess: ({ roomsV2 }, { processId }) => roomsV2.getActiveRoomsForProcess(given(processId)),
  GetInactiveRoomsForProcess: ({ roomsV2 }, { processId }) => roomsV2.getInactiveRoomsForProcess(given(processId)),

  GetProcess: ({ processesV3 }, { processId }) => processesV3.getProcess(given(processId)),
  GetLatestProcesses: ({ processesV3 }, { statuses, regions, before }) =>
    processesV3.getLatestProcesses(undefined, statuses, regions, before),
  GetProcessesCountExperimental: ({ processesV3 }, { statuses, regions, before }) =>
    processesV3.getProcessesCountExperimental(undefined, statuses, regions, before),
  CreateProcess: ({ processesV3 }, { region }) => processesV3.createProcess(given(region)),
  StopProcess: ({ processesV3 }, { processId }) => processesV3.stopProcess(given(processId)),

  GetProcessMetrics: ({ processesV3 }, { processId, metrics, start, end, step }) =>
    processesV3.getProcessMetrics({ processId: given(processId), metrics, end, start, step }),
  GetMetricsDeprecated: ({ metricsV1 }, { processId, metrics, start, end, step }) => {
    const older = metrics?.map((name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
    return metricsV1.getMetricsDeprecated({
      processId: given(processId),
      metrics: older as DeprecatedProcessMetricName[],
      end,
      start,
      step,
    });
  },
  GetLogsForProcess: async ({ logsV1 }, { processId, follow, tailLines }) =>
    new Response(await logsV1.getLogsForProcess(given(processId), undefined, follow, tailLines)).text(),
  DownloadLogForProcess: async ({ logsV1 }, { processId }) =>
    new Response(await logsV1.downloadLogForProcess(given(processId))).text(),

  LoginAnonymous: ({ authV1 }) => authV1.loginAnonymous(),
  LoginNickname: ({ authV1 }, { login }) => authV1.loginNickname(given(login) as { nickname: string }),
  LoginGoogle: ({ authV1 }, { login }) => authV1.loginGoogle(given(login) as { idToken: string }),
  CreateLobby: ({ lobbiesV3 }, { playerToken, lobby, shortCode, roomId }) =>
    lobbiesV3.createLobby({ playerAuth: given(playerToken) }, given(lobby), undefined, shortCode, roomId),
  ListActivePublicLobbies: ({ lobbiesV3 }, { region }) => lobbiesV3.listActivePublicLobbies(undefined, region),
  GetLobbyInfoByRoomId: ({ lobbiesV3 }, { roomId }) => lobbiesV3.getLobbyInfoByRoomId(given(roomId)),
  GetLobbyInfoByShortCode: ({ lobbiesV3 }, { shortCode }) => lobbiesV3.getLobbyInfoByShortCode(given(shortCode)),
  GetPingServiceEndpoints: ({ discoveryV2 }) => discoveryV2.getPingServiceEndpoints(),
  GetPingServiceEndpointsDeprecated: ({ discoveryV1 }) => discoveryV1.getPingServiceEndpointsDeprecated(),
  GetApps: ({ appsV2 }, { orgId }) => appsV2.getApps(orgId),
  CreateApp: ({ appsV2 }, { newApp, orgId }) => appsV2.createApp(given(newApp), orgId),
  GetApp: ({ appsV2 }) => appsV2.getApp(),
  UpdateApp: ({ appsV2 }, { app }) => appsV2.updateApp(whole(app)),
  PatchApp: ({ appsV2 }, { app }) => appsV2.patchApp(given(app)),
  DeleteApp: ({ appsV2 }) => appsV2.deleteApp(),
  GetBuilds: ({ buildsV3 }, { orgId }) => buildsV3.getBuilds(orgId),
  GetBuild: ({ buildsV3 }, { buildId }) => buildsV3.getBuild(given(buildId)),
  CreateBuildRegistry: ({ buildsV3 }, { newBuild, orgId }) => buildsV3.createBuildRegistry(given(newBuild), orgId),
  RunBuildRegistry: async ({ buildsV3 }, { buildId, registry }) =>
    new Response(await buildsV3.runBuildRegistry(given(buildId), given(registry))).text(),
  DeleteBuild: ({ buildsV3 }, { buildId }) => buildsV3.deleteBuild(given(buildId)),
  GetDeployments: ({ deploymentsV3 }, { deploymentTag, buildTag }) =>
    deploymentsV3.getDeployments(undefined, deploymentTag, buildTag),
  GetLatestDeployment: ({ deploymentsV3 }) => deploymentsV3.getLatestDeployment(),
  GetDeployment: ({ deploymentsV3 }, { deploymentId }) => deploymentsV3.getDeployment(given(deploymentId)),
  CreateDeployment: ({ deploymentsV3 }, { newDeployment }) => deploymentsV3.createDeployment(given(newDeployment)),

  GetProcessInfoV2Deprecated: ({ processesV2 }, { processId }) =>
    processesV2.getProcessInfoV2Deprecated(given(processId)),
  GetLatestProcessesV2Deprecated: ({ processesV2 }, { statuses, regions }) =>
    processesV2.getLatestProcessesV2Deprecated(undefined, statuses, regions),
  GetProcessesCountExperimentalV2Deprecated: ({ processesV2 }, { statuses, regions }) =>
    processesV2.getProcessesCountExperimentalV2Deprecated(undefined, statuses, regions),
  CreateProcessV2Deprecated: ({ processesV2 }, { region }) => processesV2.createProcessV2Deprecated(given(region)),
  StopProcessV2Deprecated: ({ processesV2 }, { processId }) => processesV2.stopProcessV2Deprecated(given(processId)),

  GetOrgTokens: ({ tokensV1 }, { orgId }) => tokensV1.getOrgTokens(given(orgId)),
  CreateOrgToken: ({ tokensV1 }, { orgId, newToken }) => tokensV1.createOrgToken(given(orgId), given(newToken)),
  RevokeOrgToken: ({ tokensV1 }, { orgId, orgTokenId }) => tokensV1.revokeOrgToken(given(orgId), given(orgTokenId)),
  GetOrgs: ({ organizationsV1 }) => organizationsV1.getOrgs(),

  CreateRoomDeprecated: ({ roomsV1 }, { params, roomId }) =>
    roomsV1.createRoomDeprecated(given(params), undefined, roomId),
  GetRoomInfoDeprecated: ({ roomsV1 }, { roomId }) => roomsV1.getRoomInfoDeprecated(given(roomId)),
  GetActiveRoomsForProcessDeprecated: ({ roomsV1 }, { processId }) =>
    roomsV1.getActiveRoomsForProcessDeprecated(given(processId)),
  GetInactiveRoomsForProcessDeprecated: ({ roomsV1 }, { processId }) =>
    roomsV1.getInactiveRoomsForProcessDeprecated(given(processId)),
  DestroyRoomDeprecated: ({ roomsV1 }, { roomId }) => roomsV1.destroyRoomDeprecated(given(roomId)),
  SuspendRoomDeprecated: ({ roomsV1 }, { roomId }) => roomsV1.suspendRoomDeprecated(given(roomId)),
  GetConnectionInfoDeprecated: ({ roomsV1 }, { roomId }) => roomsV1.getConnectionInfoDeprecated(given(roomId)),
};

/** The published SDK 2.25.6, unchanged; it validates every answer. */
export const sdkDriver: Driver = {
  name: "sdk",
  operationIds: Object.keys(CALLS),
  async call(url, operationId, call) {
    const { fetch, wire } = recordingFetch();
    const { appId, token } = call;
    const httpClient = new HTTPClient({ fetcher: fetch });
    const sdk = new HathoraCloud({
      serverURL: url,
      appId,
      httpClient,
      ...(token === undefined ? {} : { hathoraDevToken: token }),
    });
    const make = given(CALLS[operationId]);
    try {
      const body = await make(sdk, call);
      return { status: wire().status, body, retryAfterSeconds: undefined, wire: wire() };
    } catch (error) {
      // Its other errors mean that it refuses the answer, or its status.
      if (!(error instanceof ApiError)) throw error;
      const { statusCode: status, message, headers } = error;
      const retryAfter = headers.get("retry-after");
      const retryAfterSeconds = retryAfter === null ? undefined : Number(retryAfter);
      return { status, body: { message }, retryAfterSeconds, wire: wire() };
    }
  },
  sees(body) {
    if (typeof body !== "object" || body === null || !("iceServers" in body)) return body;
    const { iceServers: _, ...known } = body;
    return known;
  },
};

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the row lacks an argument of the call");
  return value;
}
