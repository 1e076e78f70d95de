import type { BuildStatus } from "@roombridge/models/api";
import type { Open } from "../open.ts";

/** A server artefact (Hathora `BuildV3`). */
export interface Build {
  readonly buildId: string;
  readonly buildTag?: string;
  readonly orgId: string;
  /** `created` until it was run; then `succeeded`. */
  readonly status: Open<BuildStatus>;
  readonly imageSize: number;
  readonly createdAt: Date;
  /** Id of the token; empty: the operator. */
  readonly createdBy: string;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly deletedAt: Date | null;
}

export interface CreateBuildParams {
  /** 1 to 100 characters of A-Z, a-z, 0-9, ., _ and -, never used before; else drawn. */
  readonly buildId?: string | undefined;
  /** The game's own version. */
  readonly buildTag?: string | undefined;
}

export interface RunBuildParams {
  /** The reference of an image, or `command:<name of a command of the operator's file>`. */
  readonly image: string;
  /** Of an image whose reference names no registry. */
  readonly registryUrl?: string | undefined;
}
