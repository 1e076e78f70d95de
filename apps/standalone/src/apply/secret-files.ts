import { readFileSync } from "node:fs";
import { hashToken } from "@roombridge/rooms";
import type { DeclaredApplication, DeclaredToken, LocatedOperatorFile } from "@roombridge/service";

const SECRET = /^[!-~]{16,512}$/;

export interface FiledApplication extends DeclaredApplication {
  readonly appSecret: string | undefined;
}

export interface FiledToken extends Pick<DeclaredToken, "name" | "scopes"> {
  readonly tokenHash: Buffer;
  /** Empty where only the hash is known. */
  readonly lastFour: string;
}

/** What the file declares, with what stands in the files that it names. */
export interface Filed {
  readonly applications: readonly FiledApplication[];
  readonly tokens: readonly FiledToken[];
  /** One line each, with the path in the operator's file. */
  readonly problems: readonly string[];
}

/** Reads the secrets. What cannot be read, or is no secret, is a problem; so is a token that is there twice. */
export function readSecretFiles({ applications, tokens }: LocatedOperatorFile): Filed {
  const problems: string[] = [];
  const read = (path: string, file: string): string => {
    const { secret, problem } = readSecret(file);
    if (problem !== undefined) problems.push(`${path}: ${problem}`);
    return secret;
  };
  const filedApplications = applications.map((application, index) => {
    const { appSecretFile } = application;
    const path = `applications.${index}.appSecretFile`;
    return { ...application, appSecret: appSecretFile === undefined ? undefined : read(path, appSecretFile) };
  });
  const filedTokens = tokens.map(({ name, scopes, tokenFile, sha256 = "" }, index) => {
    if (tokenFile === undefined) return { name, scopes, tokenHash: Buffer.from(sha256, "hex"), lastFour: "" };
    const token = read(`tokens.${index}.tokenFile`, tokenFile);
    return { name, scopes, tokenHash: hashToken(token), lastFour: token.slice(-4) };
  });
  if (problems.length === 0) {
    const hashes = filedTokens.map(({ tokenHash }) => tokenHash.toString("hex"));
    for (const [index, hash] of hashes.entries())
      if (hashes.indexOf(hash) < index)
        problems.push(`tokens.${index}: the same token as tokens.${hashes.indexOf(hash)}`);
  }
  return { applications: filedApplications, tokens: filedTokens, problems };
}

function readSecret(file: string): { secret: string; problem?: string } {
  try {
    const secret = readFileSync(file, "utf8").trim();
    if (SECRET.test(secret)) return { secret };
    return { secret, problem: `${file} must hold 16 to 512 printable ASCII characters without spaces` };
  } catch (error) {
    return { secret: "", problem: error instanceof Error ? error.message : String(error) };
  }
}
