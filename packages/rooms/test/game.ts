import {
  createRoom,
  RoomError,
  type Application,
  type CreatedRoom,
  type CreateRoomInput,
  type Database,
  type DeploymentSettings,
  type HostBeat,
  type RoomsContext,
} from "@roombridge/rooms";
import { clearRooms, createDeployment, createTenant, registerTestHost, TEST_REGION } from "@roombridge/testing";

export interface Game {
  readonly rooms: RoomsContext;
  readonly database: Database;
  readonly application: Application;
  readonly appId: string;
  readonly deploymentId: string;
  /** The only live host of the database; it starts nothing by itself. */
  readonly host: HostBeat;
  readonly create: (input?: Partial<CreateRoomInput>) => Promise<CreatedRoom>;
}

/** An application with a deployment and a host of its own, so that no test sees another's capacity. */
export async function newGame(
  rooms: RoomsContext,
  { hostCapacity, ...settings }: Partial<DeploymentSettings> & { readonly hostCapacity?: number } = {},
): Promise<Game> {
  const { database } = rooms;
  await clearRooms(database);
  const { application } = await createTenant(database);
  const deploymentId = await createDeployment(database, application, settings);
  const host = await registerTestHost(database, hostCapacity === undefined ? {} : { maxProcesses: hostCapacity });
  // Its lease would end after six seconds, which a busy machine may well need for one test.
  await database.sql`update hosts set beat_at = 'infinity' where host_id = ${host.hostId}`;
  const create = (input: Partial<CreateRoomInput> = {}) =>
    createRoom(rooms, { application, region: TEST_REGION, ...input });
  return { rooms, database, application, appId: application.appId, deploymentId, host, create };
}

/** The RoomError of a call that must fail. */
export async function refused(promise: Promise<unknown>): Promise<RoomError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!RoomError.isInstance(error)) throw new Error("expected a RoomError", { cause: error });
  return error;
}
