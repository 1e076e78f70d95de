import type { Principal } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { buildNotFound } from "./errors.ts";
import { deleteBuildRow } from "./store/builds.ts";

/**
 * What runs of it runs on, and takes rooms; nothing is started of it any more, also where a deployment names it. Throws
 * `build_not_found`.
 */
export async function deleteBuild(
  { database }: RoomsContext,
  { orgId, orgTokenId }: Principal,
  buildId: string,
): Promise<void> {
  const isDone = await deleteBuildRow(database, { buildId, orgId, deletedBy: orgTokenId });
  if (!isDone) throw buildNotFound(buildId);
}
