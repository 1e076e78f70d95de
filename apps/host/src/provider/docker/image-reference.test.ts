import { expect, test } from "vitest";
import { loginAddressOf, registryOf } from "./image-reference.ts";

test.each([
  ["busybox", "docker.io"],
  ["me/game:1", "docker.io"],
  ["docker.io/me/game", "docker.io"],
  ["ghcr.io/me/game@sha256:0", "ghcr.io"],
  ["localhost/game", "localhost"],
  ["registry:5000/game:1", "registry:5000"],
  ["game:5000", "docker.io"],
])("the registry of %s is %s", (reference, registry) => {
  expect(registryOf(reference)).toBe(registry);
});

test("a login for Docker Hub goes where engines look for it", () => {
  expect(loginAddressOf("docker.io")).toBe("https://index.docker.io/v1/");
  expect(loginAddressOf("ghcr.io")).toBe("ghcr.io");
});
