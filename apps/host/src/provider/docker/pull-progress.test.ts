import { expect, test } from "vitest";
import { PullProgress } from "./pull-progress.ts";

function told(...lines: object[]): PullProgress {
  const progress = new PullProgress();
  for (const line of lines) progress.add(JSON.stringify(line));
  return progress;
}

test("layers and megabytes are added up", () => {
  const progress = told(
    { status: "Pulling from me/game", id: "1" },
    { status: "Pulling fs layer", progressDetail: {}, id: "aaa" },
    { status: "Pulling fs layer", progressDetail: {}, id: "bbb" },
    { status: "Already exists", progressDetail: {}, id: "ccc" },
    { status: "Downloading", progressDetail: { current: 1_000_000, total: 4_000_000 }, id: "aaa" },
    { status: "Downloading", progressDetail: { current: 500_000, total: 2_000_000 }, id: "bbb" },
    { status: "Download complete", progressDetail: {}, id: "bbb" },
    { status: "Extracting", progressDetail: { current: 1, total: 9 }, id: "bbb" },
    { status: "Pull complete", progressDetail: {}, id: "bbb" },
  );
  expect(progress.summary()).toEqual({ layers: 3, layersDone: 2, megabytes: 3, megabytesInAll: 6 });
  expect(progress.error).toBeUndefined();
});

test("an error among the lines is kept; what is no JSON is ignored", () => {
  const progress = told({ error: "unauthorized", errorDetail: { message: "unauthorized" } }, { error: "later" });
  progress.add("<html>");
  expect(progress.error).toBe("unauthorized");
});
