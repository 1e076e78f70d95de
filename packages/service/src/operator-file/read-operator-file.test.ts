import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { printSchema, SCHEMA_FILE } from "./print-schema.ts";
import { readOperatorFile } from "./read-operator-file.ts";

const DEPLOYMENT = {
  command: "arena",
  containerPort: 8_000,
  transportType: "tcp",
  roomsPerProcess: 10,
  requestedCPU: 0.5,
  requestedMemoryMB: 512,
};
const APPLICATION = { appId: "app-1", appName: "arena" };
const TOKEN = { name: "ci", scopes: ["processes:read"], sha256: "a".repeat(64) };

/** Writes the file, a text as it is and anything else as JSON. */
function write(content: unknown) {
  const directory = mkdtempSync(join(tmpdir(), "roombridge-operator-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "roombridge.json");
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
  return { directory, file };
}

/** The lines in which the problems of the file are told. */
function problemsOf(content: unknown): string[] {
  const { file } = write(content);
  try {
    readOperatorFile(file);
  } catch (error) {
    const [first = "", ...problems] = (error instanceof Error ? error.message : "").split("\n");
    expect(first).toBe(`ROOMBRIDGE_CONFIG ${file} has problems:`);
    return problems;
  }
  return [];
}

test("what is absent has defaults, and paths are taken from the folder of the file", () => {
  const { directory, file } = write({
    $schema: "./idl/roombridge-config.schema.json",
    commands: { arena: { argv: ["./arena"] } },
    applications: [{ ...APPLICATION, appSecretFile: "secrets/arena", deployment: DEPLOYMENT }],
    tokens: [{ name: "ci", scopes: "admin", tokenFile: "secrets/ci" }],
  });
  expect(readOperatorFile(file)).toEqual({
    commands: { arena: { argv: ["./arena"], cwd: directory } },
    docker: { images: [], registries: {} },
    applications: [
      {
        ...APPLICATION,
        appSecretFile: join(directory, "secrets/arena"),
        deployment: { ...DEPLOYMENT, env: [], idleTimeoutEnabled: true, warmProcesses: 0, maxProcesses: 100_000 },
      },
    ],
    tokens: [{ name: "ci", scopes: "admin", tokenFile: join(directory, "secrets/ci") }],
  });
});

test("every problem is told at once, by its path", () => {
  const content = {
    aplications: [],
    commands: { a: { argv: [] }, b: { image: "x", pull: "often" } },
    docker: { registries: { r: { username: "u", password: "p" } } },
    applications: [
      { ...APPLICATION, appName: "Arena", maxRooms: -1, deployment: { ...DEPLOYMENT, image: "x", roomsPerProcess: 0 } },
    ],
    tokens: [{ ...TOKEN, scopes: ["rooms:read"] }],
  };
  const problems = problemsOf(content).map((line) => line.slice(0, line.indexOf(":")));
  expect(problems.toSorted()).toEqual(
    [
      "the file",
      "commands.a.argv.0",
      "commands.b.pull",
      "docker.registries.r.passwordFile",
      "docker.registries.r",
      "applications.0.appName",
      "applications.0.maxRooms",
      "applications.0.deployment",
      "applications.0.deployment.roomsPerProcess",
      "tokens.0.scopes.0",
    ].toSorted(),
  );
});

describe("is refused:", () => {
  test.each([
    [
      "an application twice",
      { applications: [APPLICATION, { ...APPLICATION, appName: "b" }] },
      /^applications\.1\.appId: app-1 is there twice$/,
    ],
    [
      "a name twice",
      { applications: [APPLICATION, { ...APPLICATION, appId: "b" }] },
      /^applications\.1\.appName: arena/,
    ],
    [
      "a token's name twice",
      { tokens: [TOKEN, { ...TOKEN, sha256: "b".repeat(64) }] },
      /^tokens\.1\.name: ci is there/,
    ],
    ["a token without a secret", { tokens: [{ name: "a", scopes: [] }] }, /^tokens\.0: needs tokenFile or sha256/],
    ["a token with two", { tokens: [{ ...TOKEN, tokenFile: "x" }] }, /^tokens\.0: needs tokenFile or sha256/],
    ["a token of unknown reach", { tokens: [{ name: "a", tokenFile: "x" }] }, /^tokens\.0\.scopes: /],
    [
      "a deployment of nothing",
      { applications: [{ ...APPLICATION, deployment: { ...DEPLOYMENT, command: undefined } }] },
      /^applications\.0\.deployment: needs a command or an image, and not both$/,
    ],
    [
      "a deployment of two things",
      { applications: [{ ...APPLICATION, deployment: { ...DEPLOYMENT, image: "game:1" } }] },
      /^applications\.0\.deployment: needs a command or an image, and not both$/,
    ],
    [
      "one port for two things",
      {
        applications: [
          {
            ...APPLICATION,
            deployment: {
              ...DEPLOYMENT,
              additionalContainerPorts: [{ name: "b", port: 8_000, transportType: "tls" }],
            },
          },
        ],
      },
      /^applications\.0\.deployment\.additionalContainerPorts: /,
    ],
    ["a list in place of the file", [], /^the file: /],
  ])("%s", (_, content, problem) => {
    expect(problemsOf(content)).toEqual([expect.stringMatching(problem)]);
  });

  test("a token itself in place of a hash, without telling it", () => {
    const secret = "roombridge_org_st_should-not-be-here";
    const problems = problemsOf({
      tokens: [{ ...TOKEN, sha256: secret }],
      applications: [{ ...APPLICATION, appSecret: secret }],
    });
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toContain(secret);
    expect(() => readOperatorFile(write(`{"tokens": ${secret}}`).file)).toThrow(/cannot be read as JSON$/);
  });

  test("a file that is not there, with its path", () => {
    expect(() => readOperatorFile("/nowhere/mine.json")).toThrow(
      /^ROOMBRIDGE_CONFIG \/nowhere\/mine\.json cannot be read: ENOENT/,
    );
  });
});

test("the JSON Schema is committed as the code prints it", () => {
  expect(readFileSync(SCHEMA_FILE, "utf8")).toBe(printSchema());
});

test("the example of the documentation is a good file", () => {
  const docs = readFileSync(new URL("../../../../docs/configuration.md", import.meta.url), "utf8");
  const [, example = ""] = /^## The operator's file$[^]*?```json\n([^]*?)```/m.exec(docs) ?? [];
  const { applications, tokens } = readOperatorFile(write(example).file);
  expect([applications.length, tokens.length]).toEqual([1, 1]);
});
