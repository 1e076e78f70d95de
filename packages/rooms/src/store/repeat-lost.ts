import { isConnectionError } from "./database.ts";

/**
 * Runs a call a second time when its connection broke, whether or not it was done: only for calls of which two are as good
 * as one.
 */
export async function repeatLost<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (isConnectionError(error)) return call();
    throw error;
  }
}
