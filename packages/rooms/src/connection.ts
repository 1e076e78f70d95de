import type { ExposedPort, ProcessStatus } from "@roombridge/models/api";

/** Whether players can connect (Hathora RoomReadyStatus) and where; ports only when they can. */
export type Connection =
  | { readonly status: "starting" }
  | {
      readonly status: "active";
      readonly exposedPort: ExposedPort;
      readonly additionalExposedPorts: readonly ExposedPort[];
    };

/** The ready status follows the process: active from the moment it has bound its ports. */
export function toConnection(process: {
  readonly processStatus: ProcessStatus | null;
  readonly exposedPort: ExposedPort | null;
  readonly additionalExposedPorts: readonly ExposedPort[] | null;
}): Connection {
  const { processStatus, exposedPort, additionalExposedPorts } = process;
  if (exposedPort === null || processStatus === null || processStatus === "starting") return { status: "starting" };
  return { status: "active", exposedPort, additionalExposedPorts: additionalExposedPorts ?? [] };
}
