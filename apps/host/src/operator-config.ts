import { readOperatorFile } from "@roombridge/service";

/** A program of this machine. */
export interface Command {
  /** Program and arguments; `{port}` and `{port:name}` stand for ports. */
  readonly argv: readonly string[];
  /** Absolute. */
  readonly cwd: string;
}

/** A container image. */
export interface ImageCommand {
  readonly image: string;
  /** In place of the image's own command; with `{port}` and `{port:name}`. */
  readonly command?: readonly string[] | undefined;
  /** `always` means: each time the host starts. */
  readonly pull: "missing" | "always" | "never";
  /** Nothing but /tmp can be written, and that lies in memory. */
  readonly readOnly: boolean;
  /** Processes and threads at most. */
  readonly pidsLimit: number;
}

export interface DockerSettings {
  /** Images that builds may name themselves, beside those of the commands; `*` stands for any text. */
  readonly images: readonly string[];
  /** An image with `cat`, to look into containers whose processes cannot be seen from here. */
  readonly probeImage?: string | undefined;
  /** By the registry's name as images spell it: `ghcr.io`, `docker.io`. */
  readonly registries: Readonly<Record<string, { readonly username: string; readonly passwordFile: string }>>;
}

export interface OperatorConfig {
  readonly commands: ReadonlyMap<string, Command>;
  readonly images: ReadonlyMap<string, ImageCommand>;
  readonly docker: DockerSettings;
}

export const EMPTY_CONFIG: OperatorConfig = {
  commands: new Map(),
  images: new Map(),
  docker: { images: [], registries: {} },
};

/**
 * What of the operator's file is for a host: what it may run, by name, and with what. Throws an Error that names the file and
 * every problem.
 */
export function readOperatorConfig(file: string): OperatorConfig {
  const { commands, docker } = readOperatorFile(file);
  const programs = new Map<string, Command>();
  const images = new Map<string, ImageCommand>();
  for (const [name, command] of Object.entries(commands)) {
    if ("image" in command) images.set(name, command);
    else programs.set(name, command);
  }
  return { commands: programs, images, docker };
}
