import { Scope } from "@roombridge/models/api";
import { z } from "zod";
import { Commands, Docker } from "./commands.ts";
import { DeclaredApplication } from "./declared-application.ts";

const DeclaredToken = z
  .strictObject({
    name: z.string().min(1).max(100),
    scopes: z.union([z.array(Scope), z.literal("admin")]).meta({ description: "`admin` may do everything." }),
    tokenFile: z.string().min(1).optional().meta({ description: "File with the token, relative to this one." }),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/i, { error: "expected the 64 hexadecimal digits of `sha256sum`" })
      .optional()
      .meta({ description: "Of the token without a line break, in place of a file that holds it." }),
  })
  .refine(({ tokenFile, sha256 }) => (tokenFile === undefined) !== (sha256 === undefined), {
    error: "needs tokenFile or sha256, and not both",
  })
  .meta({ id: "Token" });
export type DeclaredToken = z.output<typeof DeclaredToken>;

/** The operator's file, `ROOMBRIDGE_CONFIG`: what hosts may run, and which applications and tokens there are. */
export const OperatorFile = z.strictObject({
  $schema: z.string().optional(),
  commands: Commands.default({}),
  docker: Docker.prefault({}),
  applications: z
    .array(DeclaredApplication)
    .max(1_000)
    .default([])
    .superRefine((applications, context) => {
      onlyOnce(context, applications, "appId");
      onlyOnce(context, applications, "appName");
    }),
  tokens: z
    .array(DeclaredToken)
    .max(1_000)
    .default([])
    .superRefine((tokens, context) => onlyOnce(context, tokens, "name")),
});
export type OperatorFile = z.output<typeof OperatorFile>;

function onlyOnce<Key extends string>(
  context: z.RefinementCtx,
  entries: readonly Readonly<Record<Key, string>>[],
  key: Key,
): void {
  const seen = new Set<string>();
  for (const [index, entry] of entries.entries()) {
    const value = entry[key];
    if (seen.has(value)) context.addIssue({ code: "custom", path: [index, key], message: `${value} is there twice` });
    seen.add(value);
  }
}
