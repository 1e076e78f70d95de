import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as apps from "kubernetes-models/apps/v1";
import * as autoscaling from "kubernetes-models/autoscaling/v2";
import * as batch from "kubernetes-models/batch/v1";
import * as networking from "kubernetes-models/networking.k8s.io/v1";
import * as policy from "kubernetes-models/policy/v1";
import * as core from "kubernetes-models/v1";

/** Every apiVersion that is used here, which is also the path of its module. */
const MODULES = {
  v1: core,
  "apps/v1": apps,
  "autoscaling/v2": autoscaling,
  "batch/v1": batch,
  "networking.k8s.io/v1": networking,
  "policy/v1": policy,
};

/** What a resource says that the schema of its kind does not allow: types, what is required, enumerations. */
export function findSchemaProblems(resources) {
  const problems = [];
  for (const { file, resource } of resources) {
    const { apiVersion, kind, metadata } = resource;
    const where = `${file}: ${kind} ${metadata?.name}`;
    const Model = MODULES[apiVersion]?.[kind];
    if (Model === undefined) {
      problems.push(`${where}: there is no ${kind} in ${apiVersion}`);
      continue;
    }
    try {
      new Model(resource).validate();
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
    return `import type { I${kind} as T${index} } from "kubernetes-models/${apiVersion}";`;
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
