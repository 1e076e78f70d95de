import { z } from "zod";

export const BUILD_STATUSES = ["created", "running", "succeeded", "failed"] as const;

/** Hathora `BuildStatus`. Deployments take a build that has succeeded. */
export const BuildStatus = z.enum(BUILD_STATUSES).meta({ id: "BuildStatus" });
export type BuildStatus = z.infer<typeof BuildStatus>;
