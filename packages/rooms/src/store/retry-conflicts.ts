import { setTimeout as delay } from "node:timers/promises";
import { isTransientConflict } from "./database.ts";

const RETRIES = 3;

/**
 * Runs a transaction again after a deadlock or a serialisation failure (SQLSTATE 40P01, 40001), three times with jitter:
 * the server has rolled it back, so nothing of it was done.
 */
export async function retryConflicts<Result>(transaction: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      if (!isTransientConflict(error) || attempt === RETRIES) throw error;
      await delay(10 * 2 ** attempt * (0.5 + Math.random()));
    }
  }
}
