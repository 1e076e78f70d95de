/** Hathora `ProcessStatus`. `draining` takes no new rooms. */
export const PROCESS_STATUSES = ["starting", "running", "draining", "stopping", "stopped", "failed"] as const;
export type ProcessStatus = (typeof PROCESS_STATUSES)[number];
