import type { ImageCommand } from "../../operator-config.ts";
import { type ProcessSpec, SpawnError } from "../provider.ts";

/** How the image of a build is run that only names it. */
const DEFAULTS = { pull: "missing", readOnly: false, pidsLimit: 1_024 } as const;

/**
 * What a process runs: the command of the operator's file that its build names, or the image that it names itself, if the
 * file allows that. Throws SpawnError.
 */
export function imageOf(
  { command, image }: Pick<ProcessSpec, "command" | "image">,
  commands: ReadonlyMap<string, ImageCommand>,
  allowed: readonly string[],
): ImageCommand {
  if (image !== null) {
    if (allowed.some((pattern) => covers(pattern, image))) return { image, ...DEFAULTS };
    throw new SpawnError(`docker.images of the operator's config file does not allow the image ${image}`);
  }
  const found = command === null ? undefined : commands.get(command);
  if (found) return found;
  throw new SpawnError(`no command named ${JSON.stringify(command)} with an image in the operator's config file`);
}

/** `*` stands for any text. A pattern without a tag covers all tags and digests of its image. */
function covers(pattern: string, image: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.\\/+?^${}()|[\]-]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join(".*")}(?:[:@][^/]*)?$`).test(image);
}
