import { renumberEvents } from "@roombridge/rooms";
import type { CommandEnv } from "../env.ts";
import { readOptions } from "./usage-error.ts";
import { withDatabase } from "./with-organization.ts";

/** `roombridge db after-restore`: events go on after a restore from a dump. Safe to repeat. */
export async function afterRestore(
  args: readonly string[],
  env: CommandEnv,
  write: (line: string) => void,
): Promise<void> {
  readOptions(args, {});
  await withDatabase(env, async (database) => {
    const count = await renumberEvents(database);
    write(
      count === undefined
        ? "nothing to do: this server could have written every event"
        : `${count} events have new numbers`,
    );
  });
}
