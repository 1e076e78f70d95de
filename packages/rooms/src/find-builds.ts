import type { Principal } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { buildNotFound } from "./errors.ts";
import { findBuild, findBuilds, type BuildRow } from "./store/builds.ts";

/** A server artefact: a command of the operator's file, or an image; neither until it was run. */
export type Build = BuildRow;

/** Hathora's list has no pages. */
const NEWEST = 1_000;

/** The newest 1,000 builds of the organisation, newest first. */
export async function listBuilds({ database }: RoomsContext, { orgId }: Pick<Principal, "orgId">): Promise<Build[]> {
  return findBuilds(database, orgId, NEWEST);
}

/** Throws `build_not_found`, for a deleted one too. */
export async function getBuild(
  { database }: RoomsContext,
  { orgId }: Pick<Principal, "orgId">,
  buildId: string,
): Promise<Build> {
  const found = await findBuild(database, orgId, buildId);
  if (!found || found.deletedAt) throw buildNotFound(buildId);
  return found;
}
