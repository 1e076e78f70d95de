import type { Operation } from "./operation.ts";

/** Where an older version of the API had the operation, and what was different about it there. */
interface OlderVersion {
  readonly operationId: string;
  readonly path: string;
  /** Such as `RoomsV1`. */
  readonly tag: string;
  /** The successor's when absent. */
  readonly responses?: Operation["route"]["responses"];
  /** The successor's when absent. */
  readonly handle?: Operation["handle"];
}

/** The operation for games that never upgraded: same parameters, same rules, another path. */
export function olderVersion(successor: Operation, { tag, handle, ...route }: OlderVersion): Operation {
  return {
    ...successor,
    handle: handle ?? successor.handle,
    route: {
      ...successor.route,
      ...route,
      tags: [tag],
      deprecated: true,
      description: `\`${successor.route.operationId}\` has taken its place.`,
    },
  };
}
