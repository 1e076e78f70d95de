import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { newUuid } from "@roombridge/rooms";
import { z } from "zod";
import { writePrivate } from "./write-private.ts";

const Secrets = z.object({
  devToken: z.string().default(() => `rbt_${randomBytes(32).toString("base64url")}`),
  appSecret: z.string().default(() => newAppSecret()),
  turnCredentialKeys: z.string().default(() => `k1:${randomBytes(32).toString("base64")}`),
  coturnDbPassword: z.string().default(() => randomBytes(24).toString("base64url")),
  hostId: z.string().default(() => `host-${newUuid()}`),
});

/** What `npm start` generates once and then keeps. */
export type Secrets = z.output<typeof Secrets>;

/** A new secret of an application; player tokens are signed with it. */
export function newAppSecret(): string {
  return `secret-${randomBytes(32).toString("base64url")}`;
}

/**
 * The secrets of a data directory, in `secrets.json` (mode 0600). Those that are missing are generated.
 * @throws Error when the file is damaged: new secrets in its place would void what was issued with the old ones.
 */
export function keepSecrets(dataDir: string): Secrets {
  const file = join(dataDir, "secrets.json");
  const text = readIfPresent(file);
  const secrets = Secrets.safeParse(parseJson(text ?? "{}"));
  if (!secrets.success) {
    throw new Error(`${file} is damaged. Restore it, or delete it to have a new token and new TURN keys generated.`);
  }
  const kept = `${JSON.stringify(secrets.data, undefined, 2)}\n`;
  if (kept !== text) writePrivate(file, kept);
  return secrets.data;
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
