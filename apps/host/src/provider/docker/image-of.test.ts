import { expect, test } from "vitest";
import { imageOf } from "./image-of.ts";

const ARENA = { image: "arena:1", pull: "always", readOnly: true, pidsLimit: 50 } as const;
const COMMANDS = new Map([["arena", ARENA]]);
const DIGEST = `sha256:${"0".repeat(64)}`;

test("a command is what the operator's file says", () => {
  expect(imageOf({ command: "arena", image: null }, COMMANDS, [])).toEqual(ARENA);
  for (const command of ["other", null]) {
    expect(() => imageOf({ command, image: null }, COMMANDS, ["*"])).toThrow(
      `no command named ${JSON.stringify(command)} with an image in the operator's config file`,
    );
  }
});

test.each([
  ["registry.example/games/*", "registry.example/games/arena"],
  ["registry.example/games/*", "registry.example/games/a/b:1.4"],
  ["registry.example:5000/games/*", "registry.example:5000/games/arena"],
  ["ghcr.io/me/arena", "ghcr.io/me/arena"],
  ["ghcr.io/me/arena", "ghcr.io/me/arena:1.4"],
  ["ghcr.io/me/arena", `ghcr.io/me/arena:1.4@${DIGEST}`],
  ["ghcr.io/me/arena:1.*", "ghcr.io/me/arena:1.4"],
  ["*", "anything"],
])("%s allows %s", (pattern, image) => {
  expect(imageOf({ command: null, image }, COMMANDS, ["other", pattern])).toMatchObject({ image, pull: "missing" });
});

test.each([
  ["", "arena:1"],
  ["registry.example/games/*", "registry.example/gamesx/arena"],
  ["registry.example/games/*", "evil.example/registry.example/games/arena"],
  ["registry.example/games/*", "registryxexample/games/arena"],
  ["ghcr.io/me/arena", "ghcr.io/me/arena2"],
  ["ghcr.io/me/arena", "ghcr.io/me/arena/evil"],
  ["ghcr.io/me", "ghcr.io/me:5000/evil"],
  ["ghcr.io/me/arena:1.*", "ghcr.io/me/arena:2"],
])("%s does not allow %s", (pattern, image) => {
  expect(() => imageOf({ command: null, image }, COMMANDS, [pattern])).toThrow(
    `docker.images of the operator's config file does not allow the image ${image}`,
  );
});
