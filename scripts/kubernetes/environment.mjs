// Every container's environment is handed to the parser of the app that it starts, with secrets that are none.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { containersOf } from "./conventions.mjs";
import { BASES, buildBase } from "./kustomize.mjs";

const PARSERS = {
  gateway: ["apps/gateway/src/env.ts", "parseEnv"],
  rtc: ["apps/rtc/src/env.ts", "parseEnv"],
  host: ["apps/host/src/env.ts", "parseEnv"],
  "turn-agent": ["apps/turn-agent/src/env.ts", "parseEnv"],
  migrate: ["apps/standalone/src/env.ts", "parseCommandEnv"],
  "coturn-access": ["apps/standalone/src/env.ts", "parseCommandEnv"],
  config: ["apps/standalone/src/env.ts", "parseTurnConfigEnv"],
};
const SAMPLES = {
  "database-url": "postgres://roombridge:sample@postgres.example:5432/roombridge\n",
  token: "a-token-of-some-length\n",
  "coturn-db-password": "a-password\n",
  "turn-credential-keys": `k1:${Buffer.alloc(32).toString("base64")}\n`,
  "cli-password": "another-password-of-some-length\n",
};
/** What the fields of a pod say that a container asks for. */
const FIELDS = { "spec.nodeName": "node-1", "status.hostIP": "192.0.2.7" };

/** Names that no app reads, secrets that no volume holds, and what the apps would refuse at their start. */
export async function findEnvironmentProblems(root, base) {
  const known = new Set(
    [...readFileSync(join(root, ".env.example"), "utf8").matchAll(/\b([A-Z][A-Z0-9_]+)=/g)].map(([, name]) => name),
  );
  const secrets = mkdtempSync(join(tmpdir(), "roombridge-kubernetes-"));
  try {
    const problems = [];
    const configMaps = new Map(
      BASES.flatMap((other) => buildBase(root, other)).map(({ resource }) => [nameOf(resource), resource.data]),
    );
    for (const { file, resource } of buildBase(root, base)) {
      if (resource.kind === "ConfigMap") problems.push(...(await checkConfigMap(root, resource, { known, secrets })));
      const pod = resource.spec?.template;
      for (const container of pod ? containersOf(pod) : []) {
        // Without the ConfigMaps that need not be there, and with those of them that we have.
        for (const further of [{}, furtherOf(container, resource.metadata, configMaps)]) {
          const found = await findProblems(root, { container, pod, known, secrets, further });
          problems.push(...found.map((problem) => `${base}/${file}: ${container.name}: ${problem}`));
        }
      }
    }
    return [...new Set(problems)];
  } finally {
    rmSync(secrets, { recursive: true });
  }
}

async function findProblems(root, { container, pod, known, secrets, further }) {
  const [module, name] = PARSERS[container.name] ?? [];
  if (!module) return [];
  const given = { ...further, ...valuesOf(container) };
  const unknown = Object.keys(given).filter((variable) => !isKnown(variable, known));
  const inFiles = Object.entries(given).map(([variable, value]) => [variable, inSamples(value, { pod, secrets })]);
  const missing = inFiles.filter(([, value]) => value === undefined).map(([variable]) => variable);
  const parser = (await import(pathToFileURL(join(root, module)).href))[name];
  return [
    ...unknown.map((variable) => `${variable} is not in .env.example`),
    ...missing.map((variable) => `${variable} names a file that no volume holds`),
    ...(missing.length > 0 ? [] : refusalOf(() => parser(Object.fromEntries(inFiles)))),
  ];
}

/** Values with `$(NAME)` replaced, as the kubelet does it: only by names that stand before. */
function valuesOf({ env = [] }) {
  const values = {};
  for (const { name, value = "", valueFrom } of env) {
    const text = valueFrom ? FIELDS[valueFrom.fieldRef.fieldPath] : value;
    values[name] = text.replace(/\$\(([A-Z_]+)\)/g, (whole, other) => values[other] ?? whole);
  }
  const { NODE_NAME: _, NODE_IP: __, ...rest } = values;
  return rest;
}

function isKnown(variable, known) {
  return known.has(variable) || known.has(variable.replace(/_FILE$/, ""));
}

/** What a container is told by ConfigMaps; what it says itself wins. */
function furtherOf({ envFrom = [] }, { namespace }, configMaps) {
  return Object.assign(
    {},
    ...envFrom.map(({ configMapRef: { name } }) => configMaps.get(nameOf({ metadata: { namespace, name } }))),
  );
}

function nameOf({ metadata }) {
  return `${metadata.namespace}/${metadata.name}`;
}

/** Paths below a mounted secret, and of what the relay's first container writes, as files that are there; undefined: none is. */
function inSamples(value, { pod, secrets }) {
  const [, folder, key] = /^(\/run\/secrets\/[\w-]+|\/relay\/config)\/(.+)$/.exec(value) ?? [];
  if (key === undefined) return value;
  const mount = containersOf(pod)
    .flatMap(({ volumeMounts = [] }) => volumeMounts)
    .find(({ mountPath }) => mountPath === folder);
  const secret = pod.spec.volumes?.find(({ name }) => name === mount?.name)?.secret;
  // One without a list of items, which somebody else makes, has the keys of a certificate.
  const keys = secret?.items?.map(({ path }) => path) ?? ["tls.crt", "tls.key", "ca.crt"];
  if (value.startsWith("/run/") && !(secret && keys.includes(key))) return undefined;
  const path = join(secrets, key);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, SAMPLES[key] ?? "");
  return path;
}

/** An operator's file, or variables. */
async function checkConfigMap(root, resource, { known, secrets }) {
  const { metadata, data } = resource;
  if ("roombridge.json" in data) return checkOperatorFile(root, resource, secrets);
  return Object.keys(data)
    .filter((variable) => !isKnown(variable, known))
    .map((variable) => `ConfigMap ${metadata.name}: ${variable} is not in .env.example`);
}

async function checkOperatorFile(root, { metadata, data }, secrets) {
  const path = join(secrets, `${metadata.name}.json`);
  writeFileSync(path, data["roombridge.json"]);
  const { readOperatorFile } = await import(
    pathToFileURL(join(root, "packages/service/src/operator-file/read-operator-file.ts")).href
  );
  return refusalOf(() => readOperatorFile(path)).map((problem) => `ConfigMap ${metadata.name}: ${problem}`);
}

function refusalOf(work) {
  try {
    work();
    return [];
  } catch (error) {
    return error.message.split("\n");
  }
}
