import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** The module of kubernetes-models for each apiVersion that is used here. */
const MODULES = {
  v1: "v1",
  "apps/v1": "apps/v1",
  "batch/v1": "batch/v1",
  "autoscaling/v2": "autoscaling/v2",
  "networking.k8s.io/v1": "networking.k8s.io/v1",
  "policy/v1": "policy/v1",
};

/** What a resource says that the schema of its kind does not allow: types, what is required, enumerations. */
export async function findSchemaProblems(resources) {
  const problems = [];
  for (const { file, resource } of resources) {
    const { apiVersion, kind, metadata } = resource;
    const where = `${file}: ${kind} ${metadata?.name}`;
    const module = MODULES[apiVersion] && (await import(`kubernetes-models/${MODULES[apiVersion]}`));
    if (!module?.[kind]) {
      problems.push(`${where}: there is no ${kind} in ${apiVersion}`);
      continue;
    }
    try {
      new module[kind](resource).validate();
    } catch (error) {
      problems.push(`${where}: ${error.message}`);
    }
  }
  return problems;
}

/** Fields that a kind does not have. The schemas allow them, the types do not; so the compiler is asked, of all at once. */
export function findUnknownFields(root, resources) {
  const names = [...new Set(resources.map(({ resource }) => `${resource.apiVersion} ${resource.kind}`))];
  const imports = names.map((name, index) => {
    const [apiVersion, kind] = name.split(" ");
    return `import type { I${kind} as T${index} } from "kubernetes-models/${MODULES[apiVersion]}";`;
  });
  const constants = resources.map(({ file, resource }, index) => {
    const type = names.indexOf(`${resource.apiVersion} ${resource.kind}`);
    return `/* ${file} */ export const r${index}: T${type} = ${JSON.stringify(resource, undefined, 1)};`;
  });
  // Inside node_modules, where the compiler finds the package and nobody else looks.
  const cache = join(root, "node_modules", ".cache");
  mkdirSync(cache, { recursive: true });
  const directory = mkdtempSync(join(cache, "kubernetes-"));
  try {
    writeFileSync(join(directory, "resources.ts"), [...imports, ...constants].join("\n"));
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--types", ""];
    execFileSync(join(root, "node_modules", ".bin", "tsc"), [...options, "--ignoreConfig", "resources.ts"], {
      cwd: directory,
      encoding: "utf8",
    });
    return [];
  } catch (error) {
    if (!error.stdout) throw error;
    return [error.stdout.trim()];
  } finally {
    rmSync(directory, { recursive: true });
  }
}
