import { type ProcessesV3, RoombridgeClient, RoombridgeError } from "@roombridge/client";
import { PROCESS_METRICS } from "@roombridge/models/api";
import { recordingFetch } from "./recording-fetch.ts";
import { whole, type Call, type Driver } from "./row.ts";

type Calls = Readonly<Record<string, (client: RoombridgeClient, call: Call) => Promise<unknown>>>;

const CALLS: Calls = {
  CreateRoom: ({ roomsV2 }, { params, roomId }) => roomsV2.createRoom(given(params), { roomId }),
  GetRoomInfo: ({ roomsV2 }, { roomId }) => roomsV2.getRoomInfo(given(roomId)),
  GetConnectionInfo: ({ roomsV2 }, { roomId }) => roomsV2.getConnectionInfo(given(roomId)),
  UpdateRoomConfig: ({ roomsV2 }, { roomId, roomConfig }) =>
    roomsV2.updateRoomConfig(given(roomId), { roomConfig: given(roomConfig) }),
  SuspendRoomV2Deprecated: ({ roomsV2 }, { roomId }) => roomsV2.suspendRoom(given(roomId)),
  ResumeRoom: ({ roomsV2 }, { roomId }) => roomsV2.resumeRoom(given(roomId)),
  DestroyRoom: ({ roomsV2 }, { roomId }) => roomsV2.destroyRoom(given(roomId)),
  GetActiveRoomsForProcess: ({ roomsV2 }, { processId }) => roomsV2.getActiveRoomsForProcess(given(processId)),
  GetInactiveRoomsForProcess: ({ roomsV2 }, { processId }) => roomsV2.getInactiveRoomsForProcess(given(processId)),
  ListRooms: ({ roomsV2 }, { states, regions, limit, cursor }) => roomsV2.listRooms({ states, regions, limit, cursor }),
  CreateIceServers: ({ roomsV2 }, { roomId, issue }) => roomsV2.createIceServers(given(roomId), issue),
  ListIceServers: ({ roomsV2 }, { roomId }) => roomsV2.listIceServers(given(roomId)),
  RevokeIceServers: async ({ roomsV2 }, { roomId, revoke = {} }) => ({
    // Both at once are refused by the type; the row wants to know what the gateway says.
    revoked: await roomsV2.revokeIceServers(given(roomId), revoke as { readonly playerId?: string }),
  }),

  GetProcess: ({ processesV3 }, { processId }) => processesV3.getProcess(given(processId)),
  GetLatestProcesses: ({ processesV3 }, call) => processesV3.getLatestProcesses(filterOf(call)),
  GetProcessesCountExperimental: async ({ processesV3 }, call) => ({
    count: await processesV3.getProcessesCount(filterOf(call)),
  }),
  CreateProcess: ({ processesV3 }, { region }) => processesV3.createProcess(given(region)),
  StopProcess: ({ processesV3 }, { processId }) => processesV3.stopProcess(given(processId)),
  GetProcessMetrics: ({ processesV3 }, call) => metricsOf(processesV3, call),
  GetLogsForProcess: async ({ logsV1 }, { processId, follow, tailLines }) =>
    new Response(await logsV1.getLogsForProcess(given(processId), { follow, tailLines })).text(),
  DownloadLogForProcess: async ({ logsV1 }, { processId }) =>
    new Response(await logsV1.downloadLogForProcess(given(processId))).text(),
  LoginAnonymous: ({ authV1 }) => authV1.loginAnonymous(),
  LoginNickname: ({ authV1 }, { login }) => authV1.loginNickname((given(login) as { nickname: string }).nickname),
  LoginGoogle: ({ authV1 }, { login }) => authV1.loginGoogle((given(login) as { idToken: string }).idToken),
  CreateLobby: ({ lobbiesV3 }, { playerToken, lobby, shortCode, roomId }) =>
    lobbiesV3.createLobby(given(playerToken), given(lobby), { shortCode, roomId }),
  ListActivePublicLobbies: ({ lobbiesV3 }, { region }) => lobbiesV3.listActivePublicLobbies({ region }),
  GetLobbyInfoByRoomId: ({ lobbiesV3 }, { roomId }) => lobbiesV3.getLobbyInfoByRoomId(given(roomId)),
  GetLobbyInfoByShortCode: ({ lobbiesV3 }, { shortCode }) => lobbiesV3.getLobbyInfoByShortCode(given(shortCode)),
  GetPingServiceEndpoints: ({ discoveryV2 }) => discoveryV2.getPingServiceEndpoints(),
  CreateWebhook: ({ webhooksV1 }, { newWebhook }) => webhooksV1.createWebhook(given(newWebhook)),
  ListWebhooks: ({ webhooksV1 }) => webhooksV1.listWebhooks(),
  GetWebhook: ({ webhooksV1 }, { webhookId }) => webhooksV1.getWebhook(given(webhookId)),
  UpdateWebhook: ({ webhooksV1 }, { webhookId, webhook = {} }) => webhooksV1.updateWebhook(given(webhookId), webhook),
  DeleteWebhook: ({ webhooksV1 }, { webhookId }) => webhooksV1.deleteWebhook(given(webhookId)),
  RotateWebhookSecret: ({ webhooksV1 }, { webhookId }) => webhooksV1.rotateWebhookSecret(given(webhookId)),
  ListWebhookDeliveries: ({ webhooksV1 }, { webhookId, deliveryState: state, limit, cursor }) =>
    webhooksV1.listWebhookDeliveries(given(webhookId), { state, limit, cursor }),
  ReplayWebhook: ({ webhooksV1 }, { webhookId, since = new Date() }) =>
    webhooksV1.replayWebhook(given(webhookId), since),
  RegisterStaticProcess: ({ processesV3 }, { registration }) => processesV3.registerStaticProcess(given(registration)),
  HeartbeatStaticProcess: ({ processesV3 }, { processId, roomsVersion }) =>
    processesV3.heartbeatStaticProcess(given(processId), { roomsVersion }),
  GetApps: async ({ appsV2 }, { orgId }) => ({ applications: await appsV2.getApps({ orgId }) }),
  CreateApp: ({ appsV2 }, { newApp, orgId }) => appsV2.createApp(given(newApp), { orgId }),
  GetApp: ({ appsV2 }) => appsV2.getApp(),
  UpdateApp: ({ appsV2 }, { app }) => appsV2.updateApp(whole(app)),
  PatchApp: ({ appsV2 }, { app }) => appsV2.patchApp(given(app)),
  DeleteApp: ({ appsV2 }) => appsV2.deleteApp(),
  GetBuilds: async ({ buildsV3 }, { orgId }) => ({ builds: await buildsV3.getBuilds({ orgId }) }),
  GetBuild: ({ buildsV3 }, { buildId }) => buildsV3.getBuild(given(buildId)),
  CreateBuildRegistry: ({ buildsV3 }, { newBuild, orgId }) => buildsV3.createBuildRegistry(newBuild, { orgId }),
  RunBuildRegistry: ({ buildsV3 }, { buildId, registry }) => buildsV3.runBuildRegistry(given(buildId), given(registry)),
  // The answer has nothing that the client would tell.
  DeleteBuild: async ({ buildsV3 }, { buildId }) => (await buildsV3.deleteBuild(given(buildId)), {}),
  GetDeployments: async ({ deploymentsV3 }, { buildTag, deploymentTag }) => ({
    deployments: await deploymentsV3.getDeployments({ buildTag, deploymentTag }),
  }),
  GetLatestDeployment: ({ deploymentsV3 }) => deploymentsV3.getLatestDeployment(),
  GetDeployment: ({ deploymentsV3 }, { deploymentId }) => deploymentsV3.getDeployment(given(deploymentId)),
  CreateDeployment: ({ deploymentsV3 }, { newDeployment }) => deploymentsV3.createDeployment(given(newDeployment)),
  DeregisterStaticProcess: ({ processesV3 }, { processId, exitCode }) =>
    processesV3.deregisterStaticProcess(given(processId), { exitCode }),
  GetOrgTokens: async ({ tokensV1 }, { orgId }) => ({ tokens: await tokensV1.getOrgTokens(given(orgId)) }),
  CreateOrgToken: ({ tokensV1 }, { orgId, newToken }) => tokensV1.createOrgToken(given(orgId), given(newToken)),
  RevokeOrgToken: async ({ tokensV1 }, { orgId, orgTokenId }) => {
    await tokensV1.revokeOrgToken(given(orgId), given(orgTokenId));
    return true;
  },
  GetOrgs: async ({ organizationsV1 }) => ({ orgs: await organizationsV1.getOrgs() }),
};

/** As they are on the wire: what was asked for, with seconds in place of dates. */
async function metricsOf(processesV3: ProcessesV3, { processId, metrics, start, end, step }: Call): Promise<unknown> {
  const dateOf = (seconds: number | undefined) => (seconds === undefined ? undefined : new Date(seconds * 1_000));
  const range = { start: dateOf(start), end: dateOf(end), stepSeconds: step };
  const found = await processesV3.getProcessMetrics(given(processId), { metrics, ...range });
  const names = metrics ?? PROCESS_METRICS;
  const points = names.map((name) => [
    name,
    found[name].map(({ value, timestamp }) => ({ value, timestamp: timestamp.getTime() / 1_000 })),
  ]);
  return Object.fromEntries(points);
}

/** The client of this repository; one attempt per call. */
export const clientDriver: Driver = {
  name: "client",
  operationIds: Object.keys(CALLS),
  async call(url, operationId, call) {
    const { fetch, wire } = recordingFetch();
    const { appId, token } = call;
    const client = new RoombridgeClient({ serverUrl: url, token, appId, retry: false, fetch });
    const make = given(CALLS[operationId]);
    try {
      const body = await make(client, call);
      return { status: wire().status, body, retryAfterSeconds: undefined, wire: wire() };
    } catch (error) {
      if (!RoombridgeError.isInstance(error) || error.code !== "api" || error.status === undefined) throw error;
      const { status, message, retryAfterSeconds } = error;
      return { status, body: { message }, retryAfterSeconds, wire: wire() };
    }
  },
  sees: (body) => body,
};

function filterOf({ statuses, regions, before }: Call) {
  return { statuses, regions, before: before === undefined ? undefined : new Date(before) };
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the row lacks an argument of the call");
  return value;
}
