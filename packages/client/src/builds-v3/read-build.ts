import type { JsonReader } from "../http/json-reader.ts";
import type { Build } from "./build.ts";

export function readBuild(build: JsonReader): Build {
  const buildTag = build.textOrNull("buildTag");
  return {
    buildId: build.text("buildId"),
    ...(buildTag === null ? {} : { buildTag }),
    orgId: build.text("orgId"),
    status: build.text("status"),
    imageSize: build.number("imageSize"),
    createdAt: build.date("createdAt"),
    createdBy: build.text("createdBy"),
    startedAt: build.dateOrNull("startedAt"),
    finishedAt: build.dateOrNull("finishedAt"),
    deletedAt: build.dateOrNull("deletedAt"),
  };
}
