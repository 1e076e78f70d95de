import type { Database } from "./database.ts";

/**
 * A text argument of a function that may insert a process. If somebody's trace is recorded, evaluating it first tells the
 * trace to the default of `processes.traceparent`, for as long as the statement lasts; else it is the text as it is.
 */
export function tracedValue({ sql, observer }: Database, value: string) {
  const traceparent = observer?.traceparent();
  if (traceparent === undefined) return value;
  // The condition keeps the planner from leaving out what nobody reads.
  return sql`(select ${value}::text from (
    select set_config('roombridge.traceparent', ${traceparent}, true) as told offset 0) t where t.told is not null)`;
}
