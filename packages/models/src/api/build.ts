import { z } from "zod";
import { BuildStatus } from "./build-status.ts";
import { storableText } from "./storable-text.ts";

/** An id that callers may choose, which must survive in a path. */
const BuildId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: "1 to 100 characters of A-Z, a-z, 0-9, ., _ and -" });

/** Body of `CreateBuildRegistry`. Unknown keys are ignored. */
export const CreateBuildV3Params = z
  .object({
    buildId: BuildId.optional().meta({ description: "Chosen by the caller, and never used before; else drawn." }),
    buildTag: storableText(100).optional().meta({ description: "The game's own version; HATHORA_BUILD_TAG." }),
  })
  .meta({ id: "CreateBuildV3Params" });
export type CreateBuildV3Params = z.infer<typeof CreateBuildV3Params>;

/** `command:<name>`, or `[registry/]path[:tag][@digest]` as container engines read it. */
const IMAGE =
  /^(?:command:.{1,100}|(?:[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:[._]|__|-+|\/)[a-z0-9]+)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?)$/;

/** Body of `RunBuildRegistry`. Unknown keys are ignored. */
export const RegistryConfig = z
  .object({
    image: storableText(512)
      .regex(IMAGE, {
        error: "expected the reference of an image, or command:<name of a command of the operator's file>",
      })
      .meta({ example: "ghcr.io/me/arena:1.4" }),
    registryUrl: storableText(512).optional().meta({ description: "Of an image whose reference names no registry." }),
    auth: storableText(10_000)
      .optional()
      .meta({ description: "Refused: logins for registries belong into the operator's file." }),
  })
  .meta({ id: "RegistryConfig" });
export type RegistryConfig = z.infer<typeof RegistryConfig>;

const instantOrNull = z.union([z.iso.datetime(), z.null()]);

/** Hathora `BuildV3`. */
export const BuildV3 = z
  .object({
    buildId: z.string(),
    buildTag: z.string().optional(),
    orgId: z.string(),
    status: BuildStatus,
    imageSize: z.int().meta({ description: "Always 0: hosts fetch the image, and nobody else looks at it." }),
    createdAt: z.iso.datetime(),
    createdBy: z.string().meta({ description: "Id of the token; empty: the operator." }),
    startedAt: instantOrNull.meta({ description: "When it was given its image." }),
    finishedAt: instantOrNull,
    deletedAt: instantOrNull,
  })
  .meta({ id: "BuildV3" });
export type BuildV3 = z.infer<typeof BuildV3>;

/** Answer of `GetBuilds`. */
export const BuildsV3Page = z.object({ builds: z.array(BuildV3) }).meta({ id: "BuildsV3Page" });
export type BuildsV3Page = z.infer<typeof BuildsV3Page>;

/** Answer of `DeleteBuild`. */
export const DeletedBuild = z.object({}).meta({ id: "DeletedBuild" });
export type DeletedBuild = z.infer<typeof DeletedBuild>;
