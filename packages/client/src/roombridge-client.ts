import { AuthV1 } from "./auth-v1/auth-v1.ts";
import { checkToken } from "./check-token.ts";
import { DiscoveryV2 } from "./discovery-v2/discovery-v2.ts";
import { AppsV2 } from "./apps-v2/apps-v2.ts";
import { BuildsV3 } from "./builds-v3/builds-v3.ts";
import { DeploymentsV3 } from "./deployments-v3/deployments-v3.ts";
import { HttpTransport } from "./http/http-transport.ts";
import { checkedMs } from "./http/milliseconds.ts";
import { DEFAULT_RETRY_POLICY, toRetryPolicy, type RetryOptions } from "./http/retry.ts";
import { LobbiesV3 } from "./lobbies-v3/lobbies-v3.ts";
import { LogsV1 } from "./logs-v1/logs-v1.ts";
import { OrganizationsV1 } from "./organizations-v1/organizations-v1.ts";
import { ProcessesV3 } from "./processes-v3/processes-v3.ts";
import { RoombridgeError } from "./roombridge-error.ts";
import { RoomsV2 } from "./rooms-v2/rooms-v2.ts";
import { TokensV1 } from "./tokens-v1/tokens-v1.ts";
import { WebhooksV1 } from "./webhooks-v1/webhooks-v1.ts";

export interface RoombridgeClientOptions {
  /** The gateway, with or without a path: `https://games.example.net/rooms-api`. */
  readonly serverUrl: string;
  /** A token of the organisation. Leave it out where only public operations are called, as in a game client. */
  readonly token?: string | undefined;
  /** The application of calls that name none. */
  readonly appId?: string | undefined;
  /** Deadline of a call, with its answer, its repetitions and their pauses. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** How calls are repeated where that is safe; `false` means one attempt. Default: three, see RetryOptions. */
  readonly retry?: RetryOptions | false | undefined;
  /** In place of the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** Roombridge over HTTP; holds no connection and need not be closed. Throws `invalid_argument`. */
export class RoombridgeClient {
  readonly roomsV2: RoomsV2;
  readonly processesV3: ProcessesV3;
  readonly logsV1: LogsV1;
  readonly authV1: AuthV1;
  readonly lobbiesV3: LobbiesV3;
  readonly discoveryV2: DiscoveryV2;
  readonly appsV2: AppsV2;
  readonly buildsV3: BuildsV3;
  readonly deploymentsV3: DeploymentsV3;
  readonly tokensV1: TokensV1;
  readonly organizationsV1: OrganizationsV1;
  readonly webhooksV1: WebhooksV1;

  constructor(options: RoombridgeClientOptions) {
    const { serverUrl, token, appId, timeoutMs = 30_000, retry, fetch = globalThis.fetch } = options;
    if (token !== undefined) checkToken("token", token);
    const transport = new HttpTransport({
      serverUrl: toBaseUrl(serverUrl),
      token,
      timeoutMs: checkedMs("timeoutMs", timeoutMs),
      retry: toRetryPolicy(DEFAULT_RETRY_POLICY, retry),
      fetch: fetch.bind(globalThis),
    });
    this.roomsV2 = new RoomsV2(transport, appId);
    this.processesV3 = new ProcessesV3(transport, appId);
    this.logsV1 = new LogsV1(transport, appId);
    this.authV1 = new AuthV1(transport, appId);
    this.lobbiesV3 = new LobbiesV3(transport, appId);
    this.discoveryV2 = new DiscoveryV2(transport);
    this.webhooksV1 = new WebhooksV1(transport, appId);
    this.appsV2 = new AppsV2(transport, appId);
    this.buildsV3 = new BuildsV3(transport);
    this.deploymentsV3 = new DeploymentsV3(transport, appId);
    this.tokensV1 = new TokensV1(transport);
    this.organizationsV1 = new OrganizationsV1(transport);
  }
}

/** Without a slash at its end, so that paths can follow. */
function toBaseUrl(serverUrl: string): string {
  const url = URL.canParse(serverUrl) ? new URL(serverUrl) : undefined;
  if (
    !url ||
    !/^https?:$/.test(url.protocol) ||
    url.search !== "" ||
    url.hash !== "" ||
    url.username + url.password !== ""
  ) {
    throw new RoombridgeError("invalid_argument", "serverUrl: expected http(s)://host[:port][/path]");
  }
  return url.href.replace(/\/+$/, "");
}
