import { join } from "node:path";
import type { Logger } from "@roombridge/service";
import { baseEnvironment, type Env } from "../env.ts";
import type { OperatorConfig } from "../operator-config.ts";
import { openDockerProvider } from "./docker/docker-provider.ts";
import { openLocalProvider } from "./local/local-provider.ts";
import type { Provider } from "./provider.ts";

export interface ProviderSetting {
  readonly env: Env;
  readonly config: OperatorConfig;
  /** Something may have changed: look at `list`. */
  readonly onChange: () => void;
  readonly log: Logger;
}

/** The provider that HOST_PROVIDER names. */
export async function openProvider({ env, config, onChange, log }: ProviderSetting): Promise<Provider> {
  const publicHost = env.HOST_PUBLIC_HOST;
  switch (env.HOST_PROVIDER) {
    case "local": {
      const root = join(env.ROOMBRIDGE_DATA_DIR, "processes");
      const { commands } = config;
      return openLocalProvider({ root, commands, baseEnv: baseEnvironment(env), publicHost, onChange, log });
    }
    case "docker": {
      const root = join(env.ROOMBRIDGE_DATA_DIR, "containers");
      const address = { url: env.DOCKER_HOST, certPath: env.DOCKER_CERT_PATH };
      const { images, docker: settings } = config;
      return openDockerProvider({ root, hostId: env.HOST_ID, address, images, settings, publicHost, onChange, log });
    }
  }
}
