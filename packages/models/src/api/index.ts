export { ERROR_CODES } from "./error-code.ts";
export type { ErrorCode } from "./error-code.ts";
export { isRegion, REGIONS } from "./region.ts";
export type { Region } from "./region.ts";
export { ExposedPort, TRANSPORT_TYPES } from "./exposed-port.ts";
export type { TransportType } from "./exposed-port.ts";
export { PROCESS_STATUSES } from "./process.ts";
export type { ProcessStatus } from "./process.ts";
export type { AdditionalContainerPort, EnvironmentVariable } from "./deployment.ts";
