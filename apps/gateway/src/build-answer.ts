import type { BuildV3 } from "@roombridge/models/api";
import type { Build } from "@roombridge/rooms";

export function toBuildV3(build: Build): BuildV3 {
  const { buildId, buildTag, orgId, status, createdAt, createdBy, startedAt, finishedAt, deletedAt } = build;
  return {
    buildId,
    ...(buildTag === null ? {} : { buildTag }),
    orgId,
    status,
    imageSize: 0,
    createdAt: createdAt.toISOString(),
    createdBy,
    startedAt: startedAt && startedAt.toISOString(),
    finishedAt: finishedAt && finishedAt.toISOString(),
    deletedAt: deletedAt && deletedAt.toISOString(),
  };
}
