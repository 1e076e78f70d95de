const DOCKER_HUB = "docker.io";

/** The registry of an image as its reference spells it: up to the first slash, if that part can be a host's name. */
export function registryOf(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return isHost ? first : DOCKER_HUB;
}

/** Where a login for a registry is valid, as engines want it: Docker Hub has kept the address of its first version. */
export function loginAddressOf(registry: string): string {
  return registry === DOCKER_HUB ? "https://index.docker.io/v1/" : registry;
}
