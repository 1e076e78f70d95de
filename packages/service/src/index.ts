export { databaseUrl, integer, logVariables, parseEnvironment, toTurnSettings, turnVariables } from "./environment.ts";
export { createLog } from "./log.ts";
export type { Logger, LogSettings } from "./log.ts";
export { type Loop, startLoop } from "./loop.ts";
export { runService } from "./run-service.ts";
export type { RunningService, ServiceOptions } from "./run-service.ts";
