import { isStorable, type ExposedPort, type Region } from "@roombridge/models/api";
import type { Application } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import { newUuid } from "./ids.ts";
import { toStaticProcess, type StaticProcess } from "./static-process.ts";
import { endProcess } from "./store/processes.ts";
import { beatStatic, insertStaticProcess, type RegistrationRow } from "./store/static-processes.ts";

export interface RegisterStaticProcessInput {
  readonly application: Application;
  /** Of one game server of the application; who registers with it takes the place of the one before. */
  readonly name: string;
  /** A UUID drawn at each start of the game server: repeating the call finds the same process. Drawn here when absent. */
  readonly instanceId?: string | undefined;
  readonly region: Region;
  readonly exposedPort: ExposedPort;
  readonly additionalExposedPorts?: readonly ExposedPort[] | undefined;
  /** The newest deployment of the application when absent. */
  readonly deploymentId?: string | undefined;
  /** At most as many as the deployment says, which is also the default. */
  readonly roomsPerProcess?: number | undefined;
  /** Whether it is asked to stop after 300 s without rooms. Default false. */
  readonly idleTimeoutEnabled?: boolean | undefined;
}

/** Instances that take one name from each other may get in each other's way more than once. */
const TAKE_OVERS = 5;
const RETRY_AFTER_SECONDS = 5;

/**
 * Takes a game server that somebody else has started for a running process: from now on rooms are placed on it, as long as
 * it beats (`beatStaticProcess`). Another instance of its name ends first, and its rooms lose their process.
 * Throws `deployment_not_found`, `no_capacity` (the deployment has all its processes), `invalid_params`.
 */
export async function registerStaticProcess(
  context: RoomsContext,
  input: RegisterStaticProcessInput,
): Promise<StaticProcess> {
  const { database } = context;
  const { application, additionalExposedPorts = [], idleTimeoutEnabled = false, deploymentId } = input;
  if (deploymentId !== undefined && !isStorable(deploymentId)) {
    throw new RoomError("invalid_params", "deploymentId: must not contain U+0000 or a lone surrogate");
  }
  const server = {
    appId: application.appId,
    deploymentId,
    region: input.region,
    name: input.name,
    instanceId: input.instanceId ?? newUuid(),
    roomsPerProcess: input.roomsPerProcess,
    exposedPort: input.exposedPort,
    additionalExposedPorts,
    idleTimeoutEnabled,
  };
  for (let attempt = 0; attempt <= TAKE_OVERS; attempt += 1) {
    const row = await insertStaticProcess(database, { ...server, processId: newUuid() });
    if (row.outcome === "occupied" && row.processId !== null) {
      // Nobody is ended by one who does not try again afterwards: the name would be left without a process.
      if (attempt === TAKE_OVERS) break;
      // A transaction of its own: it may be in another pool, and a second pool is never locked after the first.
      await endProcess(database, { processId: row.processId, reason: "superseded" });
      continue;
    }
    const processId = registeredProcess(row, input);
    const state = await beatStatic(database, { appId: server.appId, processId, roomsVersion: undefined });
    if (state.outcome === "alive" || state.outcome === "stopped") return toStaticProcess(processId, state);
    // Another instance has taken the name in between.
  }
  throw new RoomError("no_capacity", `too many servers register as ${input.name} at once`, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/** The id of the process; every outcome but `registered` is thrown. */
function registeredProcess(
  { outcome, processId, roomsPerProcess }: RegistrationRow,
  { application, region, deploymentId }: RegisterStaticProcessInput,
): string {
  switch (outcome) {
    case "registered":
      if (processId !== null) return processId;
      throw new RoomError("internal", "a static process was registered without an id");
    case "full":
      throw new RoomError("no_capacity", `the deployment has all its processes in ${region} already`, {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    case "too_many_rooms":
      throw new RoomError("invalid_params", `roomsPerProcess: the deployment allows at most ${roomsPerProcess}`);
    case "no_deployment":
      throw new RoomError("deployment_not_found", `application ${application.appId} has no deployment`);
    case "deployment_not_found":
      throw new RoomError("deployment_not_found", `no deployment ${deploymentId ?? ""}`);
    case "occupied":
      throw new RoomError("internal", "the name of a static process is taken");
  }
}
