import type { Principal } from "./access.ts";
import type { RoomsContext } from "./context.ts";
import { RoomError } from "./errors.ts";
import { getBuild } from "./find-builds.ts";
import { finishBuild } from "./store/builds.ts";

/** What a build starts: a command of the operator's file by its name, or an image by its reference. */
export type Artefact = { readonly command: string } | { readonly image: string };

/**
 * Gives a build its artefact, once and for all; the same one again is fine. Nobody looks at it before a host starts it, and
 * that refuses what its operator's file does not allow. Throws `build_not_found`, `build_unusable`.
 */
export async function runBuild(
  context: RoomsContext,
  { orgId }: Pick<Principal, "orgId">,
  buildId: string,
  artefact: Artefact,
): Promise<void> {
  const given = { command: null, image: null, ...artefact };
  if (await finishBuild(context.database, { buildId, orgId, ...given })) return;
  const { command, image } = await getBuild(context, { orgId }, buildId);
  if (command === given.command && image === given.image) return;
  throw new RoomError("build_unusable", `build ${buildId} has been run with another image: create a new one`);
}
