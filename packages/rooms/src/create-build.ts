import type { Principal } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import type { Build } from "./find-builds.ts";
import { newUuid } from "./ids.ts";
import { insertBuild } from "./store/builds.ts";

export interface NewBuild {
  readonly buildId?: string | undefined;
  readonly buildTag?: string | undefined;
}

/**
 * A build that has no image yet. Ids are used once, in the whole installation and also after the build was deleted: throws
 * `build_exists`.
 */
export async function createBuild(
  { database }: RoomsContext,
  { orgId, orgTokenId }: Principal,
  { buildId = `bld-${newUuid()}`, buildTag }: NewBuild,
): Promise<Build> {
  const build = { buildId, orgId, buildTag: buildTag ?? null, createdBy: orgTokenId };
  const created = await insertBuild(database, build);
  if (!created) throw new RoomError("build_exists", `the id ${buildId} of a build has been used before`);
  return created;
}
