import type { Arranged, Row } from "./row.ts";

interface Twin {
  readonly operationId: string;
  /** The same body as the older version shows it. */
  readonly toOlder?: (body: Readonly<Record<string, unknown>>) => unknown;
}

/** The operation of an older version that does the same. */
const TWINS: Readonly<Record<string, Twin>> = {
  CreateRoom: { operationId: "CreateRoomDeprecated", toOlder: ({ roomId }) => roomId },
  GetRoomInfo: { operationId: "GetRoomInfoDeprecated" },
  GetActiveRoomsForProcess: { operationId: "GetActiveRoomsForProcessDeprecated" },
  GetInactiveRoomsForProcess: { operationId: "GetInactiveRoomsForProcessDeprecated" },
  DestroyRoom: { operationId: "DestroyRoomDeprecated" },
  SuspendRoomV2Deprecated: { operationId: "SuspendRoomDeprecated" },
  GetConnectionInfo: { operationId: "GetConnectionInfoDeprecated", toOlder: toConnectionInfoV1 },
  GetProcess: { operationId: "GetProcessInfoV2Deprecated", toOlder: toProcessV2 },
  GetLatestProcesses: { operationId: "GetLatestProcessesV2Deprecated", toOlder: toProcessV2 },
  GetProcessesCountExperimental: { operationId: "GetProcessesCountExperimentalV2Deprecated" },
  CreateProcess: { operationId: "CreateProcessV2Deprecated", toOlder: toProcessV2 },
  StopProcess: { operationId: "StopProcessV2Deprecated" },
  GetPingServiceEndpoints: { operationId: "GetPingServiceEndpointsDeprecated" },
  GetProcessMetrics: { operationId: "GetMetricsDeprecated", toOlder: toMetricsV1 },
};

/** The rows of RoomsV1 and ProcessesV2, which do the same as their successors behind other paths. */
export function olderRows(rows: readonly Row[]): readonly Row[] {
  return rows.flatMap((row) => {
    const twin = TWINS[row.operationId];
    // ProcessesV2 has no `before`.
    if (!twin || /older ones|`before`/.test(row.when)) return [];
    const hasLost422 = row.operationId === "GetConnectionInfo" && row.status === 422;
    return [
      {
        ...row,
        operationId: twin.operationId,
        status: hasLost422 ? 404 : row.status,
        async arrange(place) {
          const arranged = await row.arrange(place);
          if (hasLost422) return { ...arranged, body: { message: `no room ${arranged.call.roomId}` } };
          if (row.status >= 400 || !twin.toOlder) return arranged;
          const body = await olderBody(arranged, twin.toOlder, (deploymentId) => numberOf(place, deploymentId));
          return { ...arranged, body };
        },
      } satisfies Row,
    ];
  });
}

async function olderBody(
  { body }: Arranged,
  toOlder: NonNullable<Twin["toOlder"]>,
  numberOfDeployment: (deploymentId: string) => Promise<number>,
): Promise<unknown> {
  if (Array.isArray(body)) {
    return Promise.all(
      body.map((element: unknown) => olderBody({ body: element } as Arranged, toOlder, numberOfDeployment)),
    );
  }
  const fields = { ...(body as Readonly<Record<string, unknown>>) };
  const { deploymentId } = fields;
  return toOlder(
    typeof deploymentId === "string" ? { ...fields, deploymentId: await numberOfDeployment(deploymentId) } : fields,
  );
}

async function numberOf(place: Parameters<Row["arrange"]>[0], deploymentId: string): Promise<number> {
  const [row] = await place.rooms.database.sql<{ sequence: string }[]>`
    select sequence from deployments where deployment_id = ${deploymentId}`;
  return Number(row?.sequence);
}

function toConnectionInfoV1({ roomId, status, exposedPort }: Readonly<Record<string, unknown>>): unknown {
  const { name: _, ...port } = { ...(exposedPort as Readonly<Record<string, unknown>> | undefined) };
  return { roomId, status, ...port };
}

function toMetricsV1(metrics: Readonly<Record<string, unknown>>): unknown {
  const { gpuMemory: _, gpuUtilization: _utilization, ...known } = metrics;
  return known;
}

function toProcessV2(process: Readonly<Record<string, unknown>>): unknown {
  const { scheduledAt: _, bootedAt: _bootedAt, summaryExitReason: _reason, ...known } = process;
  return known;
}
