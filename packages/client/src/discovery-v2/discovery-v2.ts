import type { Region } from "@roombridge/models/api";
import type { RepeatableCallOptions } from "../call-options.ts";
import type { HttpTransport } from "../http/http-transport.ts";
import { JsonReader } from "../http/json-reader.ts";
import { PUBLIC_READ } from "../http/operation.ts";
import type { Open } from "../open.ts";

/** Where to measure the distance to a region. */
export interface PingEndpoint {
  readonly region: Open<Region>;
  readonly host: string;
  /** Echoes messages of WebSockets, and datagrams, of at most 64 bytes. */
  readonly port: number;
}

/** Hathora DiscoveryV2. Public: works without a token and without an application. */
export class DiscoveryV2 {
  readonly #transport: HttpTransport;

  constructor(transport: HttpTransport) {
    this.#transport = transport;
  }

  /** One for each region that has a live host that answers pings. Throws RoombridgeError. */
  async getPingServiceEndpoints(options: RepeatableCallOptions = {}): Promise<PingEndpoint[]> {
    const answer = await this.#transport.call({ operation: PUBLIC_READ, path: "/discovery/v2/ping" }, options);
    return JsonReader.list(answer).map((endpoint) => ({
      region: endpoint.text("region"),
      host: endpoint.text("host"),
      port: endpoint.integer("port"),
    }));
  }
}
