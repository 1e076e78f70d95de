import { OPERATIONS } from "../../src/operations.ts";
import { accessRows } from "./access-rows.ts";
import { APP_ROWS } from "./app-rows.ts";
import { BUILD_ROWS } from "./build-rows.ts";
import { clientDriver } from "./client-driver.ts";
import { DEPLOYMENT_ROWS } from "./deployment-rows.ts";
import { ICE_SERVERS_ROWS } from "./ice-servers-rows.ts";
import { LOG_ROWS } from "./log-rows.ts";
import { olderRows } from "./older-rows.ts";
import { PLAYER_ROWS } from "./player-rows.ts";
import { PROCESS_ROWS } from "./process-rows.ts";
import { ROOM_ROWS } from "./room-rows.ts";
import type { Driver, Row } from "./row.ts";
import { sdkDriver } from "./sdk-driver.ts";
import { STATIC_ROWS } from "./static-rows.ts";
import { TOKEN_ROWS } from "./token-rows.ts";
import { WEBHOOK_ROWS } from "./webhook-rows.ts";

export const DRIVERS: readonly Driver[] = [sdkDriver, clientDriver];

const OLDER_TAGS = ["RoomsV1", "ProcessesV2", "MetricsV1", "DiscoveryV1"];

const NEEDING_A_TOKEN = OPERATIONS.map(({ route }) => route).filter(({ security = [], tags = [] }) => {
  return security.some((one) => "hathoraDevToken" in one) && !tags.some((tag) => OLDER_TAGS.includes(tag));
});

const NEWEST: readonly Row[] = [
  ...ROOM_ROWS,
  ...ICE_SERVERS_ROWS,
  ...PROCESS_ROWS,
  ...LOG_ROWS,
  ...STATIC_ROWS,
  ...PLAYER_ROWS,
  ...APP_ROWS,
  ...BUILD_ROWS,
  ...DEPLOYMENT_ROWS,
  ...TOKEN_ROWS,
  ...WEBHOOK_ROWS,
  ...accessRows(NEEDING_A_TOKEN),
];

/** The whole table: every operation with every status that it documents. */
export const ROWS: readonly Row[] = [...NEWEST, ...olderRows(NEWEST)];
