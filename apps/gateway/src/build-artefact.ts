import type { RegistryConfig } from "@roombridge/models/api";
import { RoomError, type Artefact } from "@roombridge/rooms";

const COMMAND = "command:";
const DOCKER_HUB = /^(?:(?:index|registry-1)\.)?docker\.io$/;
const REGISTRY_URL = /^(?:https?:\/\/)?([A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?)(?:\/.*)?$/;

/**
 * What RunBuildRegistry names: `command:<name>` is ours, all else is an image, before which `registryUrl` puts its registry if it
 * has none. Throws `malformed_request`.
 */
export function toArtefact({ image, registryUrl = "", auth = "" }: RegistryConfig): Artefact {
  if (auth !== "") {
    throw refused("auth: logins for registries belong into the operator's file (docker.registries), not into a build");
  }
  if (image.startsWith(COMMAND)) return { command: image.slice(COMMAND.length) };
  if (registryUrl === "") return { image };
  const registry = REGISTRY_URL.exec(registryUrl)?.[1];
  if (registry === undefined) throw refused("registryUrl: expected a host, or https://host");
  const own = registryIn(image);
  if (own === undefined) return { image: DOCKER_HUB.test(registry) ? image : `${registry}/${image}` };
  if (own === registry || (DOCKER_HUB.test(own) && DOCKER_HUB.test(registry))) return { image };
  throw refused("registryUrl: the image is of another registry");
}

/** As container engines read it: what stands before the first slash, if it can be a host's name. */
function registryIn(image: string): string | undefined {
  const [first = "", ...rest] = image.split("/");
  return rest.length > 0 && (/[.:]/.test(first) || first === "localhost") ? first : undefined;
}

function refused(message: string): RoomError {
  return new RoomError("malformed_request", message);
}
