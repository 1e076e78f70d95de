import type { LocatedOperatorFile, Logger } from "@roombridge/service";
import { applyFile, type ApplyOptions } from "./apply-file.ts";

/** `applyFile`, told in the log; answers whether something could not be done yet. */
export async function applyAtStart(
  operator: LocatedOperatorFile,
  options: ApplyOptions & { readonly log: Logger },
): Promise<boolean> {
  const { changes, open } = await applyFile(operator, options);
  for (const change of changes) options.log.info(`ROOMBRIDGE_CONFIG: ${change}`);
  for (const line of open) options.log.warn(`ROOMBRIDGE_CONFIG: ${line}`);
  return open.length > 0;
}
