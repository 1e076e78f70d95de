import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseCredentialKeys } from "@roombridge/rooms";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../test/temporary-directory.ts";
import { keepSecrets } from "./secrets.ts";

test("secrets are generated once and then kept, in a file for the owner alone", () => {
  const path = temporaryDirectory();
  const secrets = keepSecrets(path);
  expect(keepSecrets(path)).toEqual(secrets);
  expect(statSync(join(path, "secrets.json")).mode & 0o777).toBe(0o600);
  expect(keepSecrets(temporaryDirectory()).devToken).not.toBe(secrets.devToken);
});

test("a secret that a later release wants is added to those that exist", () => {
  const path = temporaryDirectory();
  const { hostId: _, ...older } = keepSecrets(path);
  writeFileSync(join(path, "secrets.json"), JSON.stringify(older));
  const newer = keepSecrets(path);
  expect(newer).toMatchObject(older);
  expect(JSON.parse(readFileSync(join(path, "secrets.json"), "utf8"))).toEqual(newer);
});

test.each(["", "{", "[]", '{"devToken": 1}'])("a damaged file (%s) stops the start and is not touched", (text) => {
  const file = join(temporaryDirectory(), "secrets.json");
  writeFileSync(file, text);
  expect(() => keepSecrets(join(file, ".."))).toThrow(`${file} is damaged`);
  expect(readFileSync(file, "utf8")).toBe(text);
});

test("the generated TURN keys are fit for the gateway", () => {
  const { turnCredentialKeys } = keepSecrets(temporaryDirectory());
  expect(parseCredentialKeys(turnCredentialKeys)).toMatchObject([{ id: "k1" }]);
});
