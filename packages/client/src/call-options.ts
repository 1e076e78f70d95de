import type { RetryOptions } from "./http/retry.ts";

export interface CallOptions {
  /** Overrides the client's own application. */
  readonly appId?: string | undefined;
  /** Ends the call at once with code `aborted`, also during a pause between two attempts. */
  readonly signal?: AbortSignal | undefined;
  /** Deadline of the whole call, with its repetitions and their pauses. Overrides the client's own. */
  readonly timeoutMs?: number | undefined;
}

/** Of calls that are the organisation's and not an application's. */
export interface OfOrganization {
  /** Refused unless it is the token's own, which is meant anyhow. */
  readonly orgId?: string | undefined;
}

/** Of calls that are repeated by themselves where that is safe. */
export interface RepeatableCallOptions extends CallOptions {
  /** Overrides the client's own, field by field; `false` means one attempt. */
  readonly retry?: RetryOptions | false | undefined;
}
