import { z } from "zod";

const text = z.string().min(1);

const Program = z
  .strictObject({
    argv: z.tuple([text], z.string()).meta({
      description: "Program and arguments, without a shell; `{port}` and `{port:name}` stand for ports.",
    }),
    cwd: text.optional().meta({ description: "Relative to the folder of this file, which is the default." }),
  })
  .meta({ id: "Program", description: "A program of the host's machine." });

type Program = z.output<typeof Program>;

const Image = z
  .strictObject({
    image: z.string().min(1).max(512),
    command: z.tuple([z.string()], z.string()).optional().meta({
      description: "In place of the image's own command; with `{port}` and `{port:name}`.",
    }),
    pull: z.enum(["missing", "always", "never"]).default("missing").meta({
      description: "`always` means: each time the host starts.",
    }),
    readOnly: z.boolean().default(false).meta({
      description: "Nothing but /tmp can be written, and that lies in memory.",
    }),
    pidsLimit: z.int().min(16).max(1_000_000).default(1_024).meta({ description: "Processes and threads at most." }),
  })
  .meta({ id: "Image", description: "A container image, for hosts with HOST_PROVIDER=docker." });

type Image = z.output<typeof Image>;

/** A command whose `cwd` is absolute. */
export type LocatedCommand = Image | (Omit<Program, "cwd"> & { readonly cwd: string });

/** What hosts may run, by the name that builds refer to. */
export const Commands = z.record(text, z.union([Program, Image]));

const Registry = z
  .strictObject({ username: text, passwordFile: text })
  .meta({ id: "Registry", description: "A login. The password lies in a file of its own, relative to this one." });

/** An image without a tag, or with `*` for any text: `registry.example/games/*`. */
const ImagePattern = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/:@*-]*$/, { error: "expected an image, with * for any text" });

export const Docker = z.strictObject({
  images: z.array(ImagePattern).default([]).meta({
    description: "Images that builds may name themselves, beside those of the commands; `*` stands for any text.",
  }),
  probeImage: text.optional().meta({
    description: "An image with `cat`, to look into containers whose processes cannot be seen from the host.",
  }),
  registries: z.record(text, Registry).default({}).meta({
    description: "By the registry's name as images spell it: `ghcr.io`, `docker.io`.",
  }),
});
