import { type ProcessPort, SpawnError } from "./provider.ts";

/**
 * The arguments with their ports filled in: `{port}` is the default port, `{port:name}` another one; the numbers that the
 * process binds. Throws SpawnError for a port that the deployment does not have.
 */
export function fillPorts(argv: readonly string[], ports: readonly ProcessPort[]): string[] {
  return argv.map((argument) =>
    argument.replace(/\{port(?::([^}]*))?\}/g, (_text, name: string = "default") => {
      const found = ports.find((port) => port.name === name);
      if (!found) throw new SpawnError(`the command wants the port "${name}", which the deployment does not have`);
      return String(found.bindPort);
    }),
  );
}
