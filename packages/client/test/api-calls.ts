import type { RepeatableCallOptions, RoombridgeClient } from "../src/index.ts";

/** One call of every method that sends a request: what goes out, what comes back, what the caller gets. */
export interface ApiCall {
  readonly name: string;
  readonly run: (client: RoombridgeClient, options?: RepeatableCallOptions) => Promise<unknown>;
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Of the application `ODD_ID`, below the URL of the server. */
  readonly path: string;
  readonly body?: unknown;
  readonly isPublic?: true;
  /** In place of the client's. */
  readonly token?: string;
  /** Of the organisation, whatever the application. */
  readonly hasNoApplication?: true;
  readonly success: 200 | 201 | 204;
  readonly answer?: unknown;
  /** In place of JSON. */
  readonly bytes?: string;
  readonly parsed: unknown;
  /** By itself after a failure that may pass; `429`: after that one only. */
  readonly repeated: "always" | "429" | "never";
}

/** Everything that means something in a URL. */
export const ODD_ID = "a/b c?x=1&y#%2F+\u{1F3AE}";
const ENCODED = "a%2Fb%20c%3Fx%3D1%26y%23%252F%2B%F0%9F%8E%AE";

const AT = "2026-11-21T10:00:00.125Z";
const DATE = new Date(AT);
const PORT = { host: "h", port: 7_000, transportType: "tls", name: "default" };
const CONNECTION = {
  roomId: "r",
  status: "active",
  exposedPort: PORT,
  additionalExposedPorts: [{ ...PORT, name: "x" }],
};
const ICE_SERVERS = [{ urls: ["turn:h"], username: "u", credential: "c" }];
const CREDENTIAL = { username: "u", password: "c", ttl: 600, uris: ["turn:h"], expiresAt: AT, renewAfter: AT };
const PARSED_CREDENTIAL = { ...CREDENTIAL, expiresAt: DATE, renewAfter: DATE };
const USAGE = { sessions: 2, seconds: 90, receivedBytes: 9_007_199_254_740_991, sentBytes: 0 };
const LISTED_CREDENTIAL = { username: "u", playerId: "p", issuedAt: AT, expiresAt: AT, state: "live", ...USAGE };
const PARSED_LISTED_CREDENTIAL = { ...LISTED_CREDENTIAL, issuedAt: DATE, expiresAt: DATE };
const ALLOCATION = { roomAllocationId: "al", processId: "p", scheduledAt: AT, unscheduledAt: null };
const PARSED_ALLOCATION = { ...ALLOCATION, scheduledAt: DATE };
const ROOM = { appId: "a", roomId: "r", status: "active", roomConfig: "{}", currentAllocation: ALLOCATION };
const PARSED_ROOM = { ...ROOM, currentAllocation: PARSED_ALLOCATION };
const WAITING = { appId: "a", roomId: "w", status: "scheduling", roomConfig: null, currentAllocation: null };
const LISTED = { state: "active", region: "Dallas", createdAt: AT };
const PROCESS = {
  appId: "a",
  deploymentId: "d",
  processId: "p",
  region: "Dallas",
  status: "running",
  roomsAllocated: 1,
  roomsPerProcess: 2,
  exposedPort: PORT,
  additionalExposedPorts: [PORT],
  createdAt: AT,
  scheduledAt: AT,
  bootedAt: AT,
  startedAt: AT,
  stoppingAt: AT,
  terminatedAt: AT,
  summaryExitReason: "exit code 0",
};
const DATES = { createdAt: DATE, scheduledAt: DATE, bootedAt: DATE, startedAt: DATE, stoppingAt: DATE };
const PARSED_PROCESS = { ...PROCESS, ...DATES, terminatedAt: DATE };
const NEVER = { scheduledAt: null, bootedAt: null, startedAt: null, stoppingAt: null, terminatedAt: null };
const { summaryExitReason: _, ...UNENDED } = PROCESS;
const STARTING = { ...UNENDED, status: "starting", exposedPort: null, additionalExposedPorts: [], ...NEVER };
const PARSED_STARTING = { ...STARTING, createdAt: DATE };

const STATIC_PROCESS = {
  processId: "p",
  deploymentId: "d",
  region: "Dallas",
  roomsPerProcess: 2,
  status: "running",
  stopReason: null,
  heartbeatSeconds: 2,
  leaseSeconds: 6,
  roomsVersion: "v",
};
const STATIC_ROOMS = [
  { roomId: "r", roomConfig: "{}", roomAllocationId: "al" },
  { roomId: "s", roomConfig: null, roomAllocationId: "am" },
];
const REGISTRATION = {
  name: "anna",
  instanceId: "3f2d1c4b-0000-4000-8000-000000000000",
  region: "Dallas",
  exposedPort: { host: "h", port: 7_000, transportType: "tls" },
  additionalExposedPorts: [PORT],
  deploymentId: "d",
  roomsPerProcess: 2,
  idleTimeoutEnabled: true,
};

const APPLICATION = {
  appId: "a",
  appName: "arena",
  appSecret: "s",
  authConfiguration: { anonymous: {}, nickname: {}, google: { clientId: "c" } },
  serviceConfig: {
    staticProcessAllocation: [{ region: "Dallas", minProcesses: 0, targetProcesses: 1, maxProcesses: 9 }],
  },
  orgId: "o",
  createdAt: AT,
  createdBy: "t",
  deletedAt: null,
  deletedBy: null,
};
const PARSED_APPLICATION = { ...APPLICATION, createdAt: DATE };
const BARE = { ...APPLICATION, authConfiguration: {}, serviceConfig: null, deletedAt: AT, deletedBy: "t" };
const PARSED_BARE = { ...BARE, createdAt: DATE, deletedAt: DATE };
const BUILD = {
  buildId: "b",
  buildTag: "1.4",
  orgId: "o",
  status: "succeeded",
  imageSize: 0,
  createdAt: AT,
  createdBy: "t",
  startedAt: AT,
  finishedAt: AT,
  deletedAt: AT,
};
const PARSED_BUILD = { ...BUILD, createdAt: DATE, startedAt: DATE, finishedAt: DATE, deletedAt: DATE };
const { buildTag: _tag, ...UNTAGGED } = BUILD;
const NEW_BUILD = { ...UNTAGGED, status: "created", startedAt: null, finishedAt: null, deletedAt: null };
const PARSED_NEW_BUILD = { ...NEW_BUILD, createdAt: DATE };
const CONTAINER_PORT = { name: "debug", port: 9_000, transportType: "tcp" };
const SETTINGS = {
  buildId: "b",
  roomsPerProcess: 3,
  requestedCPU: 0.5,
  requestedMemoryMB: 64.5,
  idleTimeoutEnabled: true,
  env: [{ name: "A", value: "1" }],
};
const DEPLOYMENT_PARAMS = {
  ...SETTINGS,
  containerPort: 7_777,
  transportType: "udp",
  additionalContainerPorts: [CONTAINER_PORT],
  deploymentTag: "v1",
};
const BARE_DEPLOYMENT = {
  ...SETTINGS,
  appId: "a",
  deploymentId: "d",
  defaultContainerPort: { name: "default", port: 7_777, transportType: "udp" },
  additionalContainerPorts: [CONTAINER_PORT],
  createdAt: AT,
  createdBy: "t",
};
const DEPLOYMENT = { ...BARE_DEPLOYMENT, deploymentTag: "v1", buildTag: "1.4" };
const PARSED_DEPLOYMENT = { ...DEPLOYMENT, createdAt: DATE };

const APPS = `/apps/v2/apps`;
const APP = `${APPS}/${ENCODED}`;
const BUILDS = `/builds/v3/builds`;
const DEPLOYMENTS = `/deployments/v3/apps/${ENCODED}/deployments`;
const ROOMS = `/rooms/v2/${ENCODED}`;
const LOGS = `/logs/v1/${ENCODED}/process`;
const LONG = "a long log\n".repeat(50_000);
const POINTS = [{ value: 0.5, timestamp: DATE.getTime() / 1_000 }];
const PARSED_POINTS = [{ value: 0.5, timestamp: DATE }];
const NO_POINTS = {
  cpu: [],
  memory: [],
  rateEgress: [],
  totalEgress: [],
  activeConnections: [],
  gpuMemory: [],
  gpuUtilization: [],
};
const ORG_TOKEN = {
  orgTokenId: "t",
  orgId: "o",
  name: "ci",
  status: "active",
  scopes: ["processes:read"],
  createdAt: AT,
  createdBy: "operator",
  lastFourCharsOfKey: "00ff",
};
const PARSED_ORG_TOKEN = { ...ORG_TOKEN, createdAt: DATE };
const TOKENS = `/tokens/v1/orgs/${ENCODED}`;
const PROCESSES = `/processes/v3/apps/${ENCODED}/processes`;
const STATIC = `/processes/v3/apps/${ENCODED}/static`;

export const ROOM_CALLS: readonly ApiCall[] = [
  {
    name: "createRoom",
    run: ({ roomsV2 }, options) =>
      roomsV2.createRoom({ region: "Dallas", roomConfig: "{}", clientIPs: ["::1"], deploymentId: "d" }, options),
    method: "POST",
    path: `${ROOMS}/create`,
    body: { region: "Dallas", roomConfig: "{}", clientIPs: ["::1"], deploymentId: "d" },
    success: 201,
    answer: { ...CONNECTION, processId: "p", iceServers: ICE_SERVERS },
    parsed: { ...CONNECTION, processId: "p", iceServers: ICE_SERVERS },
    repeated: "never",
  },
  {
    name: "createRoom",
    run: ({ roomsV2 }, options) => roomsV2.createRoom({ region: "Dallas" }, { ...options, roomId: ODD_ID }),
    method: "POST",
    path: `${ROOMS}/create?roomId=${ENCODED}`,
    body: { region: "Dallas" },
    success: 201,
    answer: { roomId: "r", status: "starting", additionalExposedPorts: [], processId: "p" },
    parsed: { roomId: "r", status: "starting", additionalExposedPorts: [], processId: "p", iceServers: [] },
    repeated: "never",
  },
  {
    name: "getRoomInfo",
    run: ({ roomsV2 }, options) => roomsV2.getRoomInfo(ODD_ID, options),
    method: "GET",
    path: `${ROOMS}/info/${ENCODED}`,
    success: 200,
    answer: { ...ROOM, allocations: [{ ...ALLOCATION, unscheduledAt: AT }, ALLOCATION] },
    parsed: { ...PARSED_ROOM, allocations: [{ ...PARSED_ALLOCATION, unscheduledAt: DATE }, PARSED_ALLOCATION] },
    repeated: "always",
  },
  {
    name: "getConnectionInfo",
    run: ({ roomsV2 }, options) => roomsV2.getConnectionInfo(ODD_ID, options),
    method: "GET",
    path: `${ROOMS}/connectioninfo/${ENCODED}`,
    isPublic: true,
    success: 200,
    answer: CONNECTION,
    parsed: CONNECTION,
    repeated: "always",
  },
  {
    name: "getConnectionInfo",
    run: ({ roomsV2 }, options) => roomsV2.getConnectionInfo(ODD_ID, { ...options, waitSeconds: 25 }),
    method: "GET",
    path: `${ROOMS}/connectioninfo/${ENCODED}?wait=25`,
    isPublic: true,
    success: 200,
    answer: CONNECTION,
    parsed: CONNECTION,
    repeated: "always",
  },
  {
    name: "resumeRoom",
    run: ({ roomsV2 }, options) => roomsV2.resumeRoom(ODD_ID, options),
    method: "POST",
    path: `${ROOMS}/resume/${ENCODED}`,
    success: 200,
    answer: { ...CONNECTION, processId: "p", iceServers: ICE_SERVERS },
    parsed: { ...CONNECTION, processId: "p", iceServers: ICE_SERVERS },
    repeated: "always",
  },
  {
    name: "resumeRoom",
    run: ({ roomsV2 }, options) => roomsV2.resumeRoom("without-a-game-server", options),
    method: "POST",
    path: `${ROOMS}/resume/without-a-game-server`,
    success: 200,
    answer: { roomId: "r", status: "starting", additionalExposedPorts: [] },
    parsed: { roomId: "r", status: "starting", additionalExposedPorts: [], iceServers: [] },
    repeated: "always",
  },
  {
    name: "suspendRoom",
    run: ({ roomsV2 }, options) => roomsV2.suspendRoom(ODD_ID, options),
    method: "POST",
    path: `${ROOMS}/suspend/${ENCODED}`,
    success: 204,
    parsed: undefined,
    repeated: "always",
  },
  {
    name: "updateRoomConfig",
    run: ({ roomsV2 }, options) => roomsV2.updateRoomConfig(ODD_ID, { roomConfig: "ä\n" }, options),
    method: "POST",
    path: `${ROOMS}/update/${ENCODED}`,
    body: { roomConfig: "ä\n" },
    success: 204,
    parsed: undefined,
    repeated: "always",
  },
  {
    name: "destroyRoom",
    run: ({ roomsV2 }, options) => roomsV2.destroyRoom(ODD_ID, options),
    method: "POST",
    path: `${ROOMS}/destroy/${ENCODED}`,
    success: 204,
    parsed: undefined,
    repeated: "429",
  },
  {
    name: "getActiveRoomsForProcess",
    run: ({ roomsV2 }, options) => roomsV2.getActiveRoomsForProcess(ODD_ID, options),
    method: "GET",
    path: `${ROOMS}/list/${ENCODED}/active`,
    success: 200,
    answer: [ROOM, ROOM],
    parsed: [PARSED_ROOM, PARSED_ROOM],
    repeated: "always",
  },
  {
    name: "getInactiveRoomsForProcess",
    run: ({ roomsV2 }, options) => roomsV2.getInactiveRoomsForProcess(ODD_ID, options),
    method: "GET",
    path: `${ROOMS}/list/${ENCODED}/inactive`,
    success: 200,
    answer: [WAITING],
    parsed: [WAITING],
    repeated: "always",
  },
  {
    name: "listRooms",
    run: ({ roomsV2 }, options) => roomsV2.listRooms(undefined, options),
    method: "GET",
    path: `${ROOMS}/list`,
    success: 200,
    answer: { rooms: [], nextCursor: null },
    parsed: { rooms: [], nextCursor: null },
    repeated: "always",
  },
  {
    name: "listRooms",
    run: ({ roomsV2 }, options) =>
      roomsV2.listRooms(
        { states: ["active", "a,b"], regions: ["Dallas", "Tokyo"], limit: 2, cursor: "c+/=&" },
        options,
      ),
    method: "GET",
    path: `${ROOMS}/list?state=active&state=a%2Cb&region=Dallas&region=Tokyo&limit=2&cursor=c%2B%2F%3D%26`,
    success: 200,
    answer: {
      rooms: [
        { ...ROOM, ...LISTED },
        { ...WAITING, ...LISTED, state: "suspended" },
      ],
      nextCursor: "next",
    },
    parsed: {
      rooms: [
        { ...PARSED_ROOM, ...LISTED, createdAt: DATE },
        { ...WAITING, ...LISTED, state: "suspended", createdAt: DATE },
      ],
      nextCursor: "next",
    },
    repeated: "always",
  },
  {
    name: "allRooms",
    run: async ({ roomsV2 }, options) =>
      (await roomsV2.allRooms({ states: ["active"], pageSize: 7 }, options).next()).value,
    method: "GET",
    path: `${ROOMS}/list?state=active&limit=7`,
    success: 200,
    answer: { rooms: [{ ...ROOM, ...LISTED }], nextCursor: "next" },
    parsed: { ...PARSED_ROOM, ...LISTED, createdAt: DATE },
    repeated: "always",
  },
  {
    name: "createIceServers",
    run: ({ roomsV2 }, options) =>
      roomsV2.createIceServers(ODD_ID, { playerId: "ä\n", ttlSeconds: 600, region: "Tokyo" }, options),
    method: "POST",
    path: `${ROOMS}/iceservers/${ENCODED}`,
    body: { playerId: "ä\n", ttlSeconds: 600, region: "Tokyo" },
    success: 201,
    answer: { iceServers: ICE_SERVERS, ...CREDENTIAL, playerId: "ä\n" },
    parsed: { iceServers: ICE_SERVERS, ...PARSED_CREDENTIAL, playerId: "ä\n" },
    repeated: "429",
  },
  {
    name: "createIceServers",
    run: ({ roomsV2 }, options) => roomsV2.createIceServers("r", undefined, options),
    method: "POST",
    path: `${ROOMS}/iceservers/r`,
    body: {},
    success: 201,
    answer: { iceServers: [], ...CREDENTIAL, uris: [] },
    parsed: { iceServers: [], ...PARSED_CREDENTIAL, uris: [] },
    repeated: "429",
  },
  {
    name: "listIceServers",
    run: ({ roomsV2 }, options) => roomsV2.listIceServers(ODD_ID, options),
    method: "GET",
    path: `${ROOMS}/iceservers/${ENCODED}`,
    success: 200,
    answer: { credentials: [LISTED_CREDENTIAL, { ...LISTED_CREDENTIAL, playerId: null }], usage: USAGE },
    parsed: { credentials: [PARSED_LISTED_CREDENTIAL, { ...PARSED_LISTED_CREDENTIAL, playerId: null }], usage: USAGE },
    repeated: "always",
  },
  ...[{}, { username: "u.v" }, { playerId: "ä\n" }].map((params): ApiCall => ({
    name: "revokeIceServers",
    run: ({ roomsV2 }, options) => roomsV2.revokeIceServers(ODD_ID, params, options),
    method: "POST",
    path: `${ROOMS}/iceservers/${ENCODED}/revoke`,
    body: params,
    success: 200,
    answer: { revoked: 3 },
    parsed: 3,
    repeated: "always",
  })),
];

export const PROCESS_CALLS: readonly ApiCall[] = [
  {
    name: "getProcess",
    run: ({ processesV3 }, options) => processesV3.getProcess(ODD_ID, options),
    method: "GET",
    path: `${PROCESSES}/${ENCODED}`,
    success: 200,
    answer: PROCESS,
    parsed: PARSED_PROCESS,
    repeated: "always",
  },
  {
    name: "getLatestProcesses",
    run: ({ processesV3 }, options) => processesV3.getLatestProcesses(undefined, options),
    method: "GET",
    path: `${PROCESSES}/latest`,
    success: 200,
    answer: [PROCESS, STARTING],
    parsed: [PARSED_PROCESS, PARSED_STARTING],
    repeated: "always",
  },
  {
    name: "getLatestProcesses",
    run: ({ processesV3 }, options) =>
      processesV3.getLatestProcesses(
        { statuses: ["running", "draining"], regions: ["Dallas", "Sao_Paulo"], before: DATE },
        options,
      ),
    method: "GET",
    path: `${PROCESSES}/latest?status=running&status=draining&region=Dallas&region=Sao_Paulo&before=${DATE.getTime()}`,
    success: 200,
    answer: [],
    parsed: [],
    repeated: "always",
  },
  {
    name: "getProcessesCount",
    run: ({ processesV3 }, options) =>
      processesV3.getProcessesCount({ statuses: ["running"], regions: ["Dallas"], before: DATE }, options),
    method: "GET",
    path: `${PROCESSES}/count?status=running&region=Dallas&before=${DATE.getTime()}`,
    success: 200,
    answer: { count: 3 },
    parsed: 3,
    repeated: "always",
  },
  {
    name: "createProcess",
    run: ({ processesV3 }, options) => processesV3.createProcess(ODD_ID, options),
    method: "POST",
    path: `${PROCESSES}/regions/${ENCODED}`,
    success: 201,
    answer: STARTING,
    parsed: PARSED_STARTING,
    repeated: "never",
  },
  {
    name: "getProcessMetrics",
    run: ({ processesV3 }, options) => processesV3.getProcessMetrics(ODD_ID, {}, options),
    method: "GET",
    path: `${PROCESSES}/process/${ENCODED}/metrics`,
    success: 200,
    answer: { ...NO_POINTS, cpu: POINTS },
    parsed: { ...NO_POINTS, cpu: PARSED_POINTS },
    repeated: "always",
  },
  {
    name: "getProcessMetrics",
    run: ({ processesV3 }, options) =>
      processesV3.getProcessMetrics(
        ODD_ID,
        { metrics: ["memory", "cpu"], start: new Date(1_500), end: new Date(9_000), stepSeconds: 2 },
        options,
      ),
    method: "GET",
    path: `${PROCESSES}/process/${ENCODED}/metrics?metrics=memory&metrics=cpu&start=1.5&end=9&step=2`,
    success: 200,
    answer: { memory: POINTS, cpu: [] },
    parsed: { ...NO_POINTS, memory: PARSED_POINTS },
    repeated: "always",
  },
  {
    name: "stopProcess",
    run: ({ processesV3 }, options) => processesV3.stopProcess(ODD_ID, options),
    method: "POST",
    path: `${PROCESSES}/${ENCODED}/stop`,
    success: 204,
    parsed: undefined,
    repeated: "always",
  },
  {
    name: "registerStaticProcess",
    run: ({ processesV3 }, options) => processesV3.registerStaticProcess(REGISTRATION, options),
    method: "POST",
    path: STATIC,
    body: REGISTRATION,
    success: 201,
    answer: { ...STATIC_PROCESS, rooms: [] },
    parsed: { ...STATIC_PROCESS, rooms: [] },
    repeated: "always",
  },
  {
    name: "heartbeatStaticProcess",
    run: ({ processesV3 }, options) => processesV3.heartbeatStaticProcess(ODD_ID, options),
    method: "POST",
    path: `${STATIC}/${ENCODED}/heartbeat`,
    success: 200,
    answer: { ...STATIC_PROCESS, stopReason: "idle", rooms: STATIC_ROOMS },
    parsed: { ...STATIC_PROCESS, stopReason: "idle", rooms: STATIC_ROOMS },
    repeated: "always",
  },
  {
    name: "heartbeatStaticProcess",
    run: ({ processesV3 }, options) => processesV3.heartbeatStaticProcess(ODD_ID, { ...options, roomsVersion: ODD_ID }),
    method: "POST",
    path: `${STATIC}/${ENCODED}/heartbeat?roomsVersion=${ENCODED}`,
    success: 200,
    answer: STATIC_PROCESS,
    parsed: STATIC_PROCESS,
    repeated: "always",
  },
  {
    name: "deregisterStaticProcess",
    run: ({ processesV3 }, options) => processesV3.deregisterStaticProcess(ODD_ID, { ...options, exitCode: 9 }),
    method: "POST",
    path: `${STATIC}/${ENCODED}/deregister`,
    body: { exitCode: 9 },
    success: 204,
    parsed: undefined,
    repeated: "always",
  },
];

export const LOG_CALLS: readonly ApiCall[] = [
  {
    name: "getLogsForProcess",
    run: ({ logsV1 }, options) => textOf(logsV1.getLogsForProcess(ODD_ID, {}, options)),
    method: "GET",
    path: `${LOGS}/${ENCODED}`,
    success: 200,
    bytes: "a line\n",
    parsed: "a line\n",
    repeated: "always",
  },
  {
    name: "getLogsForProcess",
    run: ({ logsV1 }, options) => textOf(logsV1.getLogsForProcess(ODD_ID, { tailLines: 5, follow: true }, options)),
    method: "GET",
    path: `${LOGS}/${ENCODED}?follow=true&tailLines=5`,
    success: 200,
    bytes: "",
    parsed: "",
    repeated: "always",
  },
  {
    name: "downloadLogForProcess",
    run: ({ logsV1 }, options) => textOf(logsV1.downloadLogForProcess(ODD_ID, options)),
    method: "GET",
    path: `${LOGS}/${ENCODED}/download`,
    success: 200,
    bytes: LONG,
    parsed: LONG,
    repeated: "always",
  },
];

const AUTH = `/auth/v1/${ENCODED}/login`;
const LOBBY = `/lobby/v3/${ENCODED}`;
const LOBBY_PARAMS = { visibility: "private", region: "Dallas", roomConfig: "{}" } as const;
const LOBBY_ANSWER = {
  appId: "a",
  roomId: "r",
  region: "Dallas",
  visibility: "private",
  createdBy: "player",
  createdAt: AT,
  roomConfig: "{}",
  shortCode: "LFG4",
};
const PARSED_LOBBY = { ...LOBBY_ANSWER, createdAt: DATE };
const COUNTED_LOBBY = { ...LOBBY_ANSWER, createdBy: 7, roomConfig: null, visibility: "of later", region: "Moon" };

export const AUTH_CALLS: readonly ApiCall[] = [
  {
    name: "loginAnonymous",
    run: ({ authV1 }, options) => authV1.loginAnonymous(options),
    method: "POST",
    path: `${AUTH}/anonymous`,
    isPublic: true,
    success: 200,
    answer: { token: "t" },
    parsed: { token: "t" },
    repeated: "always",
  },
  {
    name: "loginNickname",
    run: ({ authV1 }, options) => authV1.loginNickname("Frodo", options),
    method: "POST",
    path: `${AUTH}/nickname`,
    body: { nickname: "Frodo" },
    isPublic: true,
    success: 200,
    answer: { token: "t" },
    parsed: { token: "t" },
    repeated: "always",
  },
  {
    name: "loginGoogle",
    run: ({ authV1 }, options) => authV1.loginGoogle("an.id.token", options),
    method: "POST",
    path: `${AUTH}/google`,
    body: { idToken: "an.id.token" },
    isPublic: true,
    success: 200,
    answer: { token: "t" },
    parsed: { token: "t" },
    repeated: "always",
  },
];

export const LOBBY_CALLS: readonly ApiCall[] = [
  {
    name: "createLobby",
    run: ({ lobbiesV3 }, options) => lobbiesV3.createLobby("a.players.token", LOBBY_PARAMS, options),
    method: "POST",
    path: `${LOBBY}/create`,
    body: LOBBY_PARAMS,
    token: "a.players.token",
    success: 201,
    answer: LOBBY_ANSWER,
    parsed: PARSED_LOBBY,
    repeated: "never",
  },
  {
    name: "createLobby",
    run: ({ lobbiesV3 }, options) => {
      const params = { visibility: "local", region: "Dallas" };
      return lobbiesV3.createLobby("a.players.token", params, { ...options, roomId: "r", shortCode: "a b" });
    },
    method: "POST",
    path: `${LOBBY}/create?roomId=r&shortCode=a%20b`,
    body: { visibility: "local", region: "Dallas" },
    token: "a.players.token",
    success: 201,
    answer: COUNTED_LOBBY,
    parsed: { ...COUNTED_LOBBY, createdAt: DATE },
    repeated: "never",
  },
  {
    name: "listActivePublicLobbies",
    run: ({ lobbiesV3 }, options) => lobbiesV3.listActivePublicLobbies({}, options),
    method: "GET",
    path: `${LOBBY}/list/public`,
    isPublic: true,
    success: 200,
    answer: [LOBBY_ANSWER],
    parsed: [PARSED_LOBBY],
    repeated: "always",
  },
  {
    name: "listActivePublicLobbies",
    run: ({ lobbiesV3 }, options) => lobbiesV3.listActivePublicLobbies({ region: "Tokyo" }, options),
    method: "GET",
    path: `${LOBBY}/list/public?region=Tokyo`,
    isPublic: true,
    success: 200,
    answer: [],
    parsed: [],
    repeated: "always",
  },
  {
    name: "getLobbyInfoByRoomId",
    run: ({ lobbiesV3 }, options) => lobbiesV3.getLobbyInfoByRoomId(ODD_ID, options),
    method: "GET",
    path: `${LOBBY}/info/roomid/${ENCODED}`,
    isPublic: true,
    success: 200,
    answer: LOBBY_ANSWER,
    parsed: PARSED_LOBBY,
    repeated: "always",
  },
  {
    name: "getLobbyInfoByShortCode",
    run: ({ lobbiesV3 }, options) => lobbiesV3.getLobbyInfoByShortCode(ODD_ID, options),
    method: "GET",
    path: `${LOBBY}/info/shortcode/${ENCODED}`,
    isPublic: true,
    success: 200,
    answer: LOBBY_ANSWER,
    parsed: PARSED_LOBBY,
    repeated: "always",
  },
];

export const DISCOVERY_CALLS: readonly ApiCall[] = [
  {
    name: "getPingServiceEndpoints",
    run: ({ discoveryV2 }, options) => discoveryV2.getPingServiceEndpoints(options),
    method: "GET",
    path: "/discovery/v2/ping",
    isPublic: true,
    hasNoApplication: true,
    success: 200,
    answer: [{ region: "Dallas", host: "h", port: 7_000 }],
    parsed: [{ region: "Dallas", host: "h", port: 7_000 }],
    repeated: "always",
  },
];

export const APP_CALLS: readonly ApiCall[] = [
  {
    name: "getApps",
    run: ({ appsV2 }, options) => appsV2.getApps({ ...options, orgId: "o" }),
    method: "GET",
    path: `${APPS}?orgId=o`,
    hasNoApplication: true,
    success: 200,
    answer: { applications: [{ ...APPLICATION, deployment: { ...DEPLOYMENT, build: BUILD } }, BARE] },
    parsed: [{ ...PARSED_APPLICATION, deployment: { ...PARSED_DEPLOYMENT, build: PARSED_BUILD } }, PARSED_BARE],
    repeated: "always",
  },
  {
    name: "createApp",
    run: ({ appsV2 }, options) => appsV2.createApp({ appName: "arena", authConfiguration: {} }, options),
    method: "POST",
    path: APPS,
    hasNoApplication: true,
    body: { appName: "arena", authConfiguration: {} },
    success: 201,
    answer: APPLICATION,
    parsed: PARSED_APPLICATION,
    repeated: "never",
  },
  {
    name: "getApp",
    run: ({ appsV2 }, options) => appsV2.getApp(options),
    method: "GET",
    path: APP,
    success: 200,
    answer: BARE,
    parsed: PARSED_BARE,
    repeated: "always",
  },
  {
    name: "updateApp",
    run: ({ appsV2 }, options) =>
      appsV2.updateApp(
        { appName: "arena", authConfiguration: {}, serviceConfig: { staticProcessAllocation: [] } },
        options,
      ),
    method: "POST",
    path: APP,
    body: { appName: "arena", authConfiguration: {}, serviceConfig: { staticProcessAllocation: [] } },
    success: 200,
    answer: APPLICATION,
    parsed: PARSED_APPLICATION,
    repeated: "always",
  },
  {
    name: "patchApp",
    run: ({ appsV2 }, options) => appsV2.patchApp({ appName: "arena" }, options),
    method: "PATCH",
    path: APP,
    body: { appName: "arena" },
    success: 200,
    answer: APPLICATION,
    parsed: PARSED_APPLICATION,
    repeated: "always",
  },
  {
    name: "deleteApp",
    run: ({ appsV2 }, options) => appsV2.deleteApp(options),
    method: "DELETE",
    path: APP,
    success: 204,
    parsed: undefined,
    repeated: "429",
  },
];

export const BUILD_CALLS: readonly ApiCall[] = [
  {
    name: "getBuilds",
    run: ({ buildsV3 }, options) => buildsV3.getBuilds(options),
    method: "GET",
    path: BUILDS,
    hasNoApplication: true,
    success: 200,
    answer: { builds: [BUILD, NEW_BUILD] },
    parsed: [PARSED_BUILD, PARSED_NEW_BUILD],
    repeated: "always",
  },
  {
    name: "getBuild",
    run: ({ buildsV3 }, options) => buildsV3.getBuild(ODD_ID, options),
    method: "GET",
    path: `${BUILDS}/${ENCODED}`,
    hasNoApplication: true,
    success: 200,
    answer: BUILD,
    parsed: PARSED_BUILD,
    repeated: "always",
  },
  {
    name: "createBuildRegistry",
    run: ({ buildsV3 }, options) => buildsV3.createBuildRegistry({ buildId: "b", buildTag: "1.4" }, options),
    method: "POST",
    path: `${BUILDS}/registry`,
    hasNoApplication: true,
    body: { buildId: "b", buildTag: "1.4" },
    success: 201,
    answer: NEW_BUILD,
    parsed: PARSED_NEW_BUILD,
    repeated: "never",
  },
  {
    name: "runBuildRegistry",
    run: ({ buildsV3 }, options) =>
      buildsV3.runBuildRegistry(ODD_ID, { image: "me/arena", registryUrl: "ghcr.io" }, options),
    method: "POST",
    path: `${BUILDS}/${ENCODED}/runRegistry`,
    hasNoApplication: true,
    body: { image: "me/arena", registryUrl: "ghcr.io" },
    success: 200,
    bytes: "done\n",
    parsed: "done\n",
    repeated: "always",
  },
  {
    name: "deleteBuild",
    run: ({ buildsV3 }, options) => buildsV3.deleteBuild(ODD_ID, options),
    method: "DELETE",
    path: `${BUILDS}/${ENCODED}`,
    hasNoApplication: true,
    success: 200,
    bytes: "{}",
    parsed: undefined,
    repeated: "429",
  },
];

export const DEPLOYMENT_CALLS: readonly ApiCall[] = [
  {
    name: "getDeployments",
    run: ({ deploymentsV3 }, options) =>
      deploymentsV3.getDeployments({ buildTag: "1.4", deploymentTag: ODD_ID }, options),
    method: "GET",
    path: `${DEPLOYMENTS}?buildTag=1.4&deploymentTag=${ENCODED}`,
    success: 200,
    answer: { deployments: [DEPLOYMENT, BARE_DEPLOYMENT] },
    parsed: [PARSED_DEPLOYMENT, { ...BARE_DEPLOYMENT, createdAt: DATE }],
    repeated: "always",
  },
  {
    name: "getLatestDeployment",
    run: ({ deploymentsV3 }, options) => deploymentsV3.getLatestDeployment(options),
    method: "GET",
    path: `${DEPLOYMENTS}/latest`,
    success: 200,
    answer: DEPLOYMENT,
    parsed: PARSED_DEPLOYMENT,
    repeated: "always",
  },
  {
    name: "getDeployment",
    run: ({ deploymentsV3 }, options) => deploymentsV3.getDeployment(ODD_ID, options),
    method: "GET",
    path: `${DEPLOYMENTS}/${ENCODED}`,
    success: 200,
    answer: DEPLOYMENT,
    parsed: PARSED_DEPLOYMENT,
    repeated: "always",
  },
  {
    name: "createDeployment",
    run: ({ deploymentsV3 }, options) => deploymentsV3.createDeployment(DEPLOYMENT_PARAMS, options),
    method: "POST",
    path: DEPLOYMENTS,
    body: DEPLOYMENT_PARAMS,
    success: 201,
    answer: DEPLOYMENT,
    parsed: PARSED_DEPLOYMENT,
    repeated: "never",
  },
];

export const TOKEN_CALLS: readonly ApiCall[] = [
  {
    name: "getOrgTokens",
    run: ({ tokensV1 }, options) => tokensV1.getOrgTokens(ODD_ID, options),
    method: "GET",
    path: TOKENS,
    hasNoApplication: true,
    success: 200,
    answer: { tokens: [ORG_TOKEN, { ...ORG_TOKEN, scopes: "admin" }] },
    parsed: [PARSED_ORG_TOKEN, { ...PARSED_ORG_TOKEN, scopes: "admin" }],
    repeated: "always",
  },
  {
    name: "createOrgToken",
    run: ({ tokensV1 }, options) =>
      tokensV1.createOrgToken(ODD_ID, { name: "ä\n", scopes: ["processes:read"] }, options),
    method: "POST",
    path: `${TOKENS}/create`,
    body: { name: "ä\n", scopes: ["processes:read"] },
    hasNoApplication: true,
    success: 201,
    answer: { plainTextToken: "secret", orgToken: ORG_TOKEN },
    parsed: { plainTextToken: "secret", orgToken: PARSED_ORG_TOKEN },
    repeated: "never",
  },
  {
    name: "revokeOrgToken",
    run: ({ tokensV1 }, options) => tokensV1.revokeOrgToken(ODD_ID, ODD_ID, options),
    method: "POST",
    path: `${TOKENS}/tokens/${ENCODED}/revoke`,
    hasNoApplication: true,
    success: 200,
    answer: true,
    parsed: undefined,
    repeated: "always",
  },
];

export const ORGANIZATION_CALLS: readonly ApiCall[] = [
  {
    name: "getOrgs",
    run: ({ organizationsV1 }, options) => organizationsV1.getOrgs(options),
    method: "GET",
    path: "/orgs/v1",
    hasNoApplication: true,
    success: 200,
    answer: { orgs: [{ orgId: "o", name: "Us", scopes: ["orgs:read"], maxRequestedMemoryMB: 1 }] },
    parsed: [{ orgId: "o", name: "Us", scopes: ["orgs:read"] }],
    repeated: "always",
  },
];

async function textOf(stream: Promise<ReadableStream<Uint8Array<ArrayBuffer>>>): Promise<string> {
  return new Response(await stream).text();
}

const WEBHOOKS = `/webhooks/v1/apps/${ENCODED}/webhooks`;
const WEBHOOK = {
  webhookId: "w",
  appId: "a",
  url: "https://example.net/hook",
  types: ["room.created"],
  isEnabled: true,
  disabledReason: null,
  failingSince: AT,
  createdAt: AT,
  createdBy: "t",
};
const PARSED_WEBHOOK = { ...WEBHOOK, failingSince: DATE, createdAt: DATE };
const DELIVERY = {
  eventId: "evt_1_2",
  type: "room.created",
  timestamp: AT,
  state: "pending",
  attempts: 1,
  dueAt: AT,
  lastAttemptAt: AT,
  lastStatus: 500,
  lastError: "answered 500",
  endedAt: null,
};
const PARSED_DELIVERY = { ...DELIVERY, timestamp: DATE, dueAt: DATE, lastAttemptAt: DATE };
const WAITING_DELIVERY = { ...DELIVERY, dueAt: null, lastAttemptAt: null, lastStatus: null, lastError: null };

export const WEBHOOK_CALLS: readonly ApiCall[] = [
  {
    name: "createWebhook",
    run: ({ webhooksV1 }, options) =>
      webhooksV1.createWebhook({ url: "https://example.net/hook", types: null }, options),
    method: "POST",
    path: WEBHOOKS,
    body: { url: "https://example.net/hook", types: null },
    success: 201,
    answer: { ...WEBHOOK, secret: "whsec_x" },
    parsed: { ...PARSED_WEBHOOK, secret: "whsec_x" },
    repeated: "never",
  },
  {
    name: "listWebhooks",
    run: ({ webhooksV1 }, options) => webhooksV1.listWebhooks(options),
    method: "GET",
    path: WEBHOOKS,
    success: 200,
    answer: [WEBHOOK, { ...WEBHOOK, types: null, failingSince: null, disabledReason: "gone", isEnabled: false }],
    parsed: [
      PARSED_WEBHOOK,
      { ...PARSED_WEBHOOK, types: null, failingSince: null, disabledReason: "gone", isEnabled: false },
    ],
    repeated: "always",
  },
  {
    name: "getWebhook",
    run: ({ webhooksV1 }, options) => webhooksV1.getWebhook(ODD_ID, options),
    method: "GET",
    path: `${WEBHOOKS}/${ENCODED}`,
    success: 200,
    answer: WEBHOOK,
    parsed: PARSED_WEBHOOK,
    repeated: "always",
  },
  {
    name: "updateWebhook",
    run: ({ webhooksV1 }, options) => webhooksV1.updateWebhook(ODD_ID, { isEnabled: false }, options),
    method: "PATCH",
    path: `${WEBHOOKS}/${ENCODED}`,
    body: { isEnabled: false },
    success: 200,
    answer: WEBHOOK,
    parsed: PARSED_WEBHOOK,
    repeated: "always",
  },
  {
    name: "deleteWebhook",
    run: ({ webhooksV1 }, options) => webhooksV1.deleteWebhook(ODD_ID, options),
    method: "DELETE",
    path: `${WEBHOOKS}/${ENCODED}`,
    success: 204,
    parsed: undefined,
    repeated: "429",
  },
  {
    name: "rotateWebhookSecret",
    run: ({ webhooksV1 }, options) => webhooksV1.rotateWebhookSecret(ODD_ID, options),
    method: "POST",
    path: `${WEBHOOKS}/${ENCODED}/rotate-secret`,
    success: 200,
    answer: { ...WEBHOOK, secret: "whsec_y" },
    parsed: { ...PARSED_WEBHOOK, secret: "whsec_y" },
    repeated: "429",
  },
  {
    name: "listWebhookDeliveries",
    run: ({ webhooksV1 }, options) =>
      webhooksV1.listWebhookDeliveries(ODD_ID, { state: "pending", limit: 7, cursor: "c" }, options),
    method: "GET",
    path: `${WEBHOOKS}/${ENCODED}/deliveries?state=pending&limit=7&cursor=c`,
    success: 200,
    answer: { deliveries: [DELIVERY, WAITING_DELIVERY], nextCursor: null },
    parsed: { deliveries: [PARSED_DELIVERY, { ...WAITING_DELIVERY, timestamp: DATE }], nextCursor: null },
    repeated: "always",
  },
  {
    name: "replayWebhook",
    run: ({ webhooksV1 }, options) => webhooksV1.replayWebhook(ODD_ID, DATE, options),
    method: "POST",
    path: `${WEBHOOKS}/${ENCODED}/replay`,
    body: { since: AT },
    success: 204,
    parsed: undefined,
    repeated: "always",
  },
];

export const API_CALLS = [
  ...ROOM_CALLS,
  ...PROCESS_CALLS,
  ...LOG_CALLS,
  ...AUTH_CALLS,
  ...LOBBY_CALLS,
  ...DISCOVERY_CALLS,
  ...APP_CALLS,
  ...BUILD_CALLS,
  ...DEPLOYMENT_CALLS,
  ...TOKEN_CALLS,
  ...ORGANIZATION_CALLS,
  ...WEBHOOK_CALLS,
];
