import type { TransportType } from "@roombridge/models/api";
import type { JsonReader } from "./http/json-reader.ts";
import type { Open } from "./open.ts";

/** Where players reach one port of a process. */
export interface ExposedPort {
  readonly host: string;
  readonly port: number;
  readonly transportType: Open<TransportType>;
  /** `default` for the main port. */
  readonly name: string;
}

export function readExposedPort(port: JsonReader): ExposedPort {
  return {
    host: port.text("host"),
    port: port.integer("port"),
    transportType: port.text("transportType"),
    name: port.text("name"),
  };
}
