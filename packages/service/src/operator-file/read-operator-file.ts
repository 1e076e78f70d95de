import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { z } from "zod";
import type { LocatedCommand } from "./commands.ts";
import { OperatorFile } from "./schema.ts";

/** The operator's file with absolute paths. */
export interface LocatedOperatorFile extends Omit<OperatorFile, "$schema" | "commands"> {
  readonly commands: Readonly<Record<string, LocatedCommand>>;
}

/**
 * Reads the operator's file. Relative paths are taken from its folder, which is also the default of a program's `cwd`; what
 * they name is not looked at. Throws an Error that names the file and every problem with its path.
 */
export function readOperatorFile(file: string): LocatedOperatorFile {
  const parsed = OperatorFile.safeParse(readJson(file));
  if (!parsed.success)
    throw fileProblems(
      file,
      parsed.error.issues.flatMap((issue) => describeIssue(issue)),
    );
  const directory = dirname(resolve(file));
  const { commands, docker, applications, tokens } = parsed.data;
  const absolute = (path: string): string => resolve(directory, path);
  return {
    commands: mapValues(commands, (command) =>
      "argv" in command ? { ...command, cwd: absolute(command.cwd ?? ".") } : command,
    ),
    docker: {
      ...docker,
      registries: mapValues(docker.registries, (registry) => ({
        ...registry,
        passwordFile: absolute(registry.passwordFile),
      })),
    },
    applications: applications.map((application) => {
      const { appSecretFile } = application;
      return appSecretFile === undefined ? application : { ...application, appSecretFile: absolute(appSecretFile) };
    }),
    tokens: tokens.map((token) => {
      const { tokenFile } = token;
      return tokenFile === undefined ? token : { ...token, tokenFile: absolute(tokenFile) };
    }),
  };
}

/** The error for problems of the file: all of them, one per line. */
export function fileProblems(file: string, problems: readonly string[]): Error {
  return new Error(`ROOMBRIDGE_CONFIG ${file} has problems:\n${[...new Set(problems)].join("\n")}`);
}

function readJson(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`ROOMBRIDGE_CONFIG ${file} cannot be read: ${reason}`, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    // Without its reason: that would quote the file, and somebody may have put a secret into it.
    throw new Error(`ROOMBRIDGE_CONFIG ${file} cannot be read as JSON`, { cause: error });
  }
}

type Issue = z.core.$ZodIssue;

/** One line for a problem; for a value that fits none of several forms, what is wrong with the form that is nearest. */
function describeIssue(issue: Issue, prefix: readonly PropertyKey[] = []): string[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "invalid_union" && issue.errors.length > 0) {
    const [nearest = []] = issue.errors.toSorted((one, other) => one.length - other.length);
    return nearest.flatMap((inner) => describeIssue(inner, path));
  }
  return [`${path.length === 0 ? "the file" : path.join(".")}: ${issue.message}`];
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}
