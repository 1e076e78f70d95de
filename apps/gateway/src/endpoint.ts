import type { HonoRequest } from "hono";
import type { Access } from "./access.ts";
import type { Answer } from "./answer.ts";

/** What answers at a path: an operation, a page, a probe. */
export interface Endpoint {
  /** The operationId in the access log. */
  readonly name: string;
  /** The path as its document writes it, for metrics and traces. Default: the name. */
  readonly route?: string;
  readonly handle: (request: HonoRequest) => Answer | Promise<Answer>;
  /** Undefined: anybody may call it as often as they like. */
  readonly access?: Access;
  /** See `Operation`. */
  readonly isForPlayersToo?: boolean | undefined;
  readonly patienceSeconds?: ((request: HonoRequest) => number) | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Probes come every few seconds and are logged at debug. */
  readonly isProbe?: boolean;
  readonly isPolled?: boolean | undefined;
}
