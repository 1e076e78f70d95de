export { MIGRATIONS_FOLDER } from "./migrations-folder.ts";
export { organizations, orgTokens } from "./organizations.ts";
export { applications, builds, deployments } from "./applications.ts";
export { hosts, pools, portLeases, processes } from "./processes.ts";
export { roomAllocations, roomEvents, rooms } from "./rooms.ts";
export type { RoomState } from "./rooms.ts";
export { turnCredentials } from "./turn-credentials.ts";
