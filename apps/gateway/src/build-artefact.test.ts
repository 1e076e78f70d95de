import { expect, test } from "vitest";
import { RegistryConfig } from "@roombridge/models/api";
import { toArtefact } from "./build-artefact.ts";

test.each([
  [{ image: "arena" }, { image: "arena" }],
  [{ image: "ghcr.io/me/arena:1.4" }, { image: "ghcr.io/me/arena:1.4" }],
  [{ image: "command:arena 2" }, { command: "arena 2" }],
  [{ image: "command:arena", registryUrl: "ghcr.io", auth: "" }, { command: "arena" }],
  [{ image: "me/arena:1", registryUrl: "ghcr.io" }, { image: "ghcr.io/me/arena:1" }],
  [
    { image: "me/arena:1", registryUrl: "https://registry.example:5000/v2/" },
    { image: "registry.example:5000/me/arena:1" },
  ],
  [{ image: "me/arena", registryUrl: "https://index.docker.io/v1/" }, { image: "me/arena" }],
  [{ image: "docker.io/me/arena", registryUrl: "https://index.docker.io/v1/" }, { image: "docker.io/me/arena" }],
  [{ image: "ghcr.io/me/arena", registryUrl: "https://ghcr.io" }, { image: "ghcr.io/me/arena" }],
  [{ image: "localhost/arena", registryUrl: "" }, { image: "localhost/arena" }],
])("%j is %j", (config, artefact) => {
  expect(toArtefact(RegistryConfig.parse(config))).toEqual(artefact);
});

test.each([
  [{ image: "arena", auth: "dXNlcjpwYXNz" }, "auth: logins for registries belong into the operator's file"],
  [{ image: "command:arena", auth: "x" }, "auth: "],
  [{ image: "arena", registryUrl: "ftp://x" }, "registryUrl: expected a host"],
  [{ image: "ghcr.io/me/arena", registryUrl: "quay.io" }, "registryUrl: the image is of another registry"],
])("%j is refused: %s", (config, message) => {
  expect(() => toArtefact(RegistryConfig.parse(config))).toThrow(message);
});

const DIGEST = `sha256:${"0".repeat(64)}`;

test.each(["arena", "a/b/c:1", "localhost:5000/a", "ghcr.io/me/a-b__c.d", `a:x@${DIGEST}`, `a@${DIGEST}`, "command:x"])(
  "%s can be an image",
  (image) => expect(RegistryConfig.safeParse({ image }).success).toBe(true),
);

test.each([
  "",
  "A",
  "a b",
  "-a",
  "a:",
  "a@sha256:0",
  "http://a/b",
  "a//",
  "../a",
  "a/../b",
  "a..b",
  "a:b:c",
  "command:",
  "a\n",
])("%j can be none", (image) => expect(RegistryConfig.safeParse({ image }).success).toBe(false));
