import { afterAll, beforeAll, describe } from "vitest";
import { newDockerWorld } from "../../../test/docker-world.ts";
import { importGameImage } from "../../../test/game-image.ts";
import { type PrivateDocker, startPrivateDocker } from "../../../test/private-docker.ts";
import { describeProvider } from "../../../test/provider-conformance.ts";
import { requireDocker } from "../../../test/require-docker.ts";

const LONG_MS = 120_000;

describe.skipIf(!requireDocker())("with an engine of its own", () => {
  let docker: PrivateDocker;
  beforeAll(async () => {
    docker = await startPrivateDocker();
    await importGameImage(docker.client);
  }, LONG_MS);
  afterAll(() => docker?.close(), LONG_MS);

  describeProvider("docker", () => newDockerWorld(docker.url));
});
