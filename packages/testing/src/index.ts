export { type App, type AppExit, type AppOptions, REPOSITORY_ROOT, startApp } from "./start-app.ts";
export { createTestDatabase, type TestDatabase } from "./create-test-database.ts";
export { type Cut, type CuttingProxy, startCuttingProxy } from "./cutting-proxy.ts";
export {
  clearRooms,
  createDeployment,
  createTenant,
  createToken,
  forgetRooms,
  openTestRooms,
  registerTestHost,
  runWaitingProcesses,
  type Tenant,
  TEST_REGION,
} from "./fixtures.ts";
export { expectConsistent } from "./expect-consistent.ts";
export { freePort } from "./free-port.ts";
export { guardProcessGroup } from "./guard-process-group.ts";
export { isKeptAlive } from "./is-kept-alive.ts";
export { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from "./otlp-receiver.ts";
export { childOf, descendants, killTree, type Process, stillRunning } from "./process-tree.ts";
export { requireProgram } from "./require-program.ts";
export { waitFor, type WaitOptions } from "./wait-for.ts";
