import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { z } from "zod";

const Program = z.strictObject({
  argv: z.tuple([z.string().min(1)], z.string()),
  cwd: z.string().min(1).optional(),
});
const Image = z.strictObject({
  image: z.string().min(1).max(512),
  command: z.tuple([z.string()], z.string()).optional(),
  pull: z.enum(["missing", "always", "never"]).default("missing"),
  readOnly: z.boolean().default(false),
  pidsLimit: z.int().min(16).max(1_000_000).default(1_024),
});
const Registry = z.strictObject({ username: z.string().min(1), passwordFile: z.string().min(1) });
/** An image without a tag, or with `*` for any text: `registry.example/games/*`. */
const ImagePattern = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/:@*-]*$/, { error: "expected an image, with * for any text" });
const Docker = z.strictObject({
  probeImage: z.string().min(1).optional(),
  registries: z.record(z.string().min(1), Registry).default({}),
  images: z.array(ImagePattern).default([]),
});
/** Two shapes told apart by a key, so that a problem is told by its own path and not by that of a union. */
const Config = z.object({
  commands: z
    .record(z.string().min(1), z.record(z.string(), z.unknown()))
    .default({})
    .transform((commands, context) => {
      const programs = new Map<string, z.output<typeof Program>>();
      const images = new Map<string, ImageCommand>();
      for (const [name, given] of Object.entries(commands)) {
        const isImage = "image" in given;
        const parsed = isImage ? Image.safeParse(given) : Program.safeParse(given);
        for (const { path, message } of parsed.error?.issues ?? []) {
          context.addIssue({ code: "custom", path: [name, ...path], message });
        }
        if (!parsed.success) continue;
        if ("image" in parsed.data) images.set(name, parsed.data);
        else programs.set(name, parsed.data);
      }
      return { programs, images };
    }),
  docker: Docker.prefault({}),
});

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
 * What this host may run, by name, and with what. Relative paths are taken from the directory of the file, which is also
 * the default of `cwd`. Other keys of the file are for others. Throws an Error that names the file and every problem.
 */
export async function readOperatorConfig(file: string): Promise<OperatorConfig> {
  const parsed = Config.safeParse(await readJson(file));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
    throw new Error(`ROOMBRIDGE_CONFIG ${file} has problems:\n${problems.join("\n")}`);
  }
  const directory = dirname(resolve(file));
  const { commands, docker } = parsed.data;
  const programs = Array.from(
    commands.programs,
    ([name, { argv, cwd = "." }]) => [name, { argv, cwd: resolve(directory, cwd) }] as const,
  );
  const registries = Object.entries(docker.registries).map(
    ([name, { username, passwordFile }]) =>
      [name, { username, passwordFile: resolve(directory, passwordFile) }] as const,
  );
  return {
    commands: new Map(programs),
    images: commands.images,
    docker: { ...docker, registries: Object.fromEntries(registries) },
  };
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw new Error(`ROOMBRIDGE_CONFIG ${file} cannot be read as JSON`, { cause: error });
  }
}
