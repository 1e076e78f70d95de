import type { Sample } from "./http-load.ts";
import type { Script } from "./statements.ts";

export interface BaselineLoad {
  readonly clients: number;
  readonly milliseconds: number;
  /** Of each client, instead of a time. */
  readonly transactions?: number;
}

/** The same work without a gateway. */
export interface Baseline {
  readonly name: string;
  readonly measure: (script: Script, load: BaselineLoad) => Promise<Sample>;
  readonly close: () => Promise<void>;
}
