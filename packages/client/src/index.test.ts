import type * as models from "@roombridge/models/api";
import { expectTypeOf, test } from "vitest";
import type {
  ConnectionInfo,
  CreatedOrgToken,
  CreateIceServersParams,
  CreateOrgTokenParams,
  CreateLobbyOptions,
  CreateLobbyParams,
  CreateRoomOptions,
  CreateRoomParams,
  CreateWebhookParams,
  CredentialList,
  CredentialState,
  ExposedPort,
  IceServer,
  IceServersAnswer,
  ListedCredential,
  ListedRoom,
  ListRoomsParams,
  LiveRoomState,
  Lobby,
  MetricValue,
  Open,
  OrgToken,
  PingEndpoint,
  PlayerToken,
  Process,
  ProcessesV3,
  ProcessMetricName,
  ProcessMetrics,
  ProcessStatus,
  Region,
  RegisterStaticProcessParams,
  RepeatableCallOptions,
  RevokeIceServersParams,
  Room,
  RoomAllocation,
  RoomAllocationData,
  RoomConnectionData,
  RoomEvent,
  RoomEventData,
  RoomPage,
  RoomsV2,
  RoomWithoutAllocations,
  StaticProcess,
  StaticProcessRoom,
  TurnUsage,
  UpdateRoomConfigParams,
  UpdateWebhookParams,
  WaitOptions,
  Webhook,
  WebhookDelivery,
  WebhookDeliveryPage,
  WebhookWithSecret,
} from "./index.ts";

test("the types have the fields of the bodies that the server sends, no more and no fewer", () => {
  expectTypeOf<keyof Room>().toEqualTypeOf<keyof models.Room>();
  expectTypeOf<keyof RoomAllocation>().toEqualTypeOf<keyof models.RoomAllocation>();
  expectTypeOf<keyof RoomConnectionData>().toEqualTypeOf<keyof models.RoomConnectionData>();
  expectTypeOf<keyof ConnectionInfo>().toEqualTypeOf<keyof models.ConnectionInfoV2>();
  expectTypeOf<keyof ExposedPort>().toEqualTypeOf<keyof models.ExposedPort>();
  expectTypeOf<keyof RoomWithoutAllocations>().toEqualTypeOf<keyof models.RoomWithoutAllocations>();
  expectTypeOf<keyof RoomAllocationData>().toEqualTypeOf<keyof models.RoomAllocationData>();
  expectTypeOf<keyof ListedRoom>().toEqualTypeOf<keyof models.ListedRoom>();
  expectTypeOf<keyof RoomPage>().toEqualTypeOf<keyof models.RoomPage>();
  expectTypeOf<keyof Process>().toEqualTypeOf<keyof models.ProcessV3>();
  expectTypeOf<keyof ProcessMetrics>().toEqualTypeOf<keyof models.ProcessMetricsData>();
  expectTypeOf<ProcessMetricName>().toEqualTypeOf<models.ProcessMetricName>();
  expectTypeOf<keyof MetricValue>().toEqualTypeOf<keyof models.MetricValue>();
  expectTypeOf<keyof StaticProcess>().toEqualTypeOf<keyof models.StaticProcess>();
  expectTypeOf<keyof StaticProcessRoom>().toEqualTypeOf<keyof models.StaticProcessRoom>();
  expectTypeOf<keyof RegisterStaticProcessParams>().toEqualTypeOf<keyof models.RegisterStaticProcessParams>();
  expectTypeOf<keyof UpdateRoomConfigParams>().toEqualTypeOf<keyof models.UpdateRoomConfigParams>();
  expectTypeOf<keyof CreateRoomParams>().toEqualTypeOf<keyof models.CreateRoomParams>();
  expectTypeOf<keyof IceServersAnswer>().toEqualTypeOf<keyof models.IceServersAnswer>();
  expectTypeOf<keyof CreateIceServersParams>().toEqualTypeOf<keyof models.CreateIceServersParams>();
  expectTypeOf<keyof CredentialList>().toEqualTypeOf<keyof models.CredentialList>();
  expectTypeOf<keyof ListedCredential>().toEqualTypeOf<keyof models.ListedCredential>();
  expectTypeOf<keyof TurnUsage>().toEqualTypeOf<keyof models.TurnUsage>();
  expectTypeOf<keyof Lobby>().toEqualTypeOf<keyof models.LobbyV3>();
  expectTypeOf<keyof CreateLobbyParams>().toEqualTypeOf<keyof models.CreateLobbyV3Params>();
  expectTypeOf<keyof PlayerToken>().toEqualTypeOf<keyof models.PlayerToken>();
  expectTypeOf<keyof PingEndpoint>().toEqualTypeOf<keyof models.PingEndpoint>();
  expectTypeOf<keyof RoomEventData>().toEqualTypeOf<keyof models.RoomEventData>();
  expectTypeOf<Exclude<keyof RoomEvent, "id">>().toEqualTypeOf<keyof models.RoomEvent>();
  expectTypeOf<keyof Webhook>().toEqualTypeOf<keyof models.Webhook>();
  expectTypeOf<keyof WebhookWithSecret>().toEqualTypeOf<keyof models.WebhookSecret>();
  expectTypeOf<keyof WebhookDelivery>().toEqualTypeOf<keyof models.WebhookDelivery>();
  expectTypeOf<keyof WebhookDeliveryPage>().toEqualTypeOf<keyof models.WebhookDeliveryPage>();
  expectTypeOf<keyof CreateWebhookParams>().toEqualTypeOf<keyof models.CreateWebhookParams>();
  expectTypeOf<keyof UpdateWebhookParams>().toEqualTypeOf<keyof models.UpdateWebhookParams>();
  expectTypeOf<keyof RevokeIceServersParams>().toEqualTypeOf<keyof models.RevokeIceServersParams>();
  expectTypeOf<keyof OrgToken>().toEqualTypeOf<keyof models.OrgToken>();
  expectTypeOf<keyof CreatedOrgToken>().toEqualTypeOf<keyof models.CreatedOrgToken>();
  expectTypeOf<keyof CreateOrgTokenParams>().toEqualTypeOf<keyof models.CreateOrgTokenParams>();
});

test("a word of a later server is no type error, and the known ones are offered", () => {
  expectTypeOf<Process["status"]>().toEqualTypeOf<Open<ProcessStatus>>();
  expectTypeOf<ListedRoom["state"]>().toEqualTypeOf<Open<LiveRoomState>>();
  expectTypeOf<ListedCredential["state"]>().toEqualTypeOf<Open<CredentialState>>();
  expectTypeOf<ListedRoom["region"]>().toEqualTypeOf<Open<Region>>();
  expectTypeOf<string>().toExtend<Open<Region>>();
  expectTypeOf<Open<Region>>().toExtend<string>();
});

test("what may be missing is missing as on the wire: left out in connection info, null in a process", () => {
  expectTypeOf<ConnectionInfo["exposedPort"]>().toEqualTypeOf<ExposedPort | undefined>();
  expectTypeOf<Process["exposedPort"]>().toEqualTypeOf<ExposedPort | null>();
  expectTypeOf<RoomAllocationData["processId"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<RoomConnectionData["processId"]>().toEqualTypeOf<string>();
  expectTypeOf<IceServersAnswer["playerId"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<ListedCredential["playerId"]>().toEqualTypeOf<string | null>();
});

test("iceServers are what RTCPeerConnection takes: a list that is not readonly", () => {
  expectTypeOf<RoomAllocationData["iceServers"]>().toEqualTypeOf<IceServer[]>();
  expectTypeOf<IceServersAnswer["iceServers"]>().toEqualTypeOf<IceServer[]>();
});

test("a credential and a player cannot be revoked in one call", () => {
  expectTypeOf<Record<never, never>>().toExtend<RevokeIceServersParams>();
  expectTypeOf<{ username: string }>().toExtend<RevokeIceServersParams>();
  expectTypeOf<{ playerId: string }>().toExtend<RevokeIceServersParams>();
  expectTypeOf<{ username: string; playerId: string }>().not.toExtend<RevokeIceServersParams>();
});

test("times are dates", () => {
  type Times = "scheduledAt" | "bootedAt" | "startedAt" | "stoppingAt" | "terminatedAt";
  expectTypeOf<Process[Times]>().toEqualTypeOf<Date | null>();
  expectTypeOf<MetricValue["timestamp"]>().toEqualTypeOf<Date>();
  expectTypeOf<Process["createdAt"]>().toEqualTypeOf<Date>();
  expectTypeOf<ListedRoom["createdAt"]>().toEqualTypeOf<Date>();
  expectTypeOf<IceServersAnswer["expiresAt" | "renewAfter"]>().toEqualTypeOf<Date>();
  expectTypeOf<ListedCredential["issuedAt" | "expiresAt"]>().toEqualTypeOf<Date>();
});

test("only calls that may be repeated by themselves take retry options", () => {
  expectTypeOf<RepeatableCallOptions>().toHaveProperty("retry");
  expectTypeOf<CreateLobbyOptions>().not.toHaveProperty("retry");
  expectTypeOf<CreateRoomOptions>().not.toHaveProperty("retry");
  expectTypeOf<WaitOptions>().not.toHaveProperty("retry");
  expectTypeOf<NonNullable<Parameters<ProcessesV3["createProcess"]>[1]>>().not.toHaveProperty("retry");
  expectTypeOf<Parameters<RoomsV2["destroyRoom"]>[1]>().toEqualTypeOf<RepeatableCallOptions | undefined>();
});

test("null, which ends the pages, cannot be taken for the cursor of the first one", () => {
  expectTypeOf<ListRoomsParams["cursor"]>().toEqualTypeOf<string | undefined>();
  expectTypeOf<ReturnType<RoomsV2["allRooms"]>>().toExtend<AsyncIterable<ListedRoom>>();
});
