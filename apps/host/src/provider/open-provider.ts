import { join } from "node:path";
import type { Logger } from "@roombridge/service";
import { baseEnvironment, type Env } from "../env.ts";
import type { OperatorConfig } from "../operator-config.ts";
import type { CertificateSource } from "../tls/certificate.ts";
import { terminateTls } from "../tls/terminate-tls.ts";
import { openDockerProvider } from "./docker/docker-provider.ts";
import { loopbackOf } from "./docker/engine-address.ts";
import { openLocalProvider } from "./local/local-provider.ts";
import type { Provider } from "./provider.ts";

export interface ProviderSetting {
  readonly env: Env;
  readonly config: OperatorConfig;
  /** Undefined where the operator has none. */
  readonly certificate: CertificateSource | undefined;
  /** Something may have changed: look at `list`. */
  readonly onChange: () => void;
  readonly log: Logger;
}

/** The provider that HOST_PROVIDER names, behind the TLS of this host. */
export async function openProvider(setting: ProviderSetting): Promise<Provider> {
  const { env, certificate, log } = setting;
  return terminateTls(await openPlain(setting), { certificate, listenHost: loopbackOf(env.HOST_PUBLIC_HOST), log });
}

/** Where the processes of `local` keep state and logs. */
export function localRoot({ ROOMBRIDGE_DATA_DIR }: Pick<Env, "ROOMBRIDGE_DATA_DIR">): string {
  return join(ROOMBRIDGE_DATA_DIR, "processes");
}

async function openPlain({ env, config, onChange, log }: ProviderSetting): Promise<Provider> {
  const publicHost = env.HOST_PUBLIC_HOST;
  const logKeeping = {
    bytesPerFile: Math.floor((env.HOST_LOG_MEGABYTES * 1024 * 1024) / 2),
    retentionMs: env.HOST_LOG_HOURS * 3_600_000,
  };
  const common = { publicHost, logKeeping, onChange, log };
  switch (env.HOST_PROVIDER) {
    case "local": {
      const root = localRoot(env);
      const { commands } = config;
      const limits = { isEnforced: env.HOST_LIMITS === "enforce", cgroup: env.HOST_CGROUP };
      return openLocalProvider({
        root,
        commands,
        baseEnv: baseEnvironment(env),
        limits,
        user: env.HOST_RUN_AS,
        ...common,
      });
    }
    case "docker": {
      const root = join(env.ROOMBRIDGE_DATA_DIR, "containers");
      const address = { url: env.DOCKER_HOST, certPath: env.DOCKER_CERT_PATH };
      const { images, docker: settings } = config;
      return openDockerProvider({ root, hostId: env.HOST_ID, address, images, settings, ...common });
    }
  }
}
