import { DrizzleQueryError } from "drizzle-orm";

/** The database's own error in place of drizzle's, whose message holds every parameter: app secrets, token hashes, env. */
export async function withoutParameters<Result>(statements: () => PromiseLike<Result>): Promise<Result> {
  try {
    return await statements();
  } catch (error) {
    throw error instanceof DrizzleQueryError ? error.cause : error;
  }
}
