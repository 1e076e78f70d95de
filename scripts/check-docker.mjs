// Keeps docker/ true, without an engine: the Dockerfile copies the manifest of every package that its apps need, compose files
// name targets that exist and variables that somebody reads, and what they mount as a secret is a file that docker/init-secrets
// or docker/init-test-tls makes. Prints every finding and exits 1 if there is one.
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const read = (path) => readFileSync(join(root, path), "utf8");
const dockerfile = read("docker/Dockerfile");
const files = globSync("docker/compose*.yaml", { cwd: root });
const services = files.flatMap((file) =>
  Object.entries(parse(read(file), { merge: true }).services).map(([name, service]) => ({ file, name, service })),
);

const findings = [...missingManifests(), ...unknownTargets(), ...unreadVariables(), ...unmadeSecrets()];
for (const finding of findings) console.error(finding);
if (findings.length > 0) console.error(`\ncheck-docker: ${findings.length} finding(s)`);
else console.log(`check-docker: ${files.length} compose files, ${services.length} services, nothing found`);
process.exit(findings.length > 0 ? 1 : 0);

/** Without its manifest a package gets no dependencies in the image, which only a start there would tell. */
function missingManifests() {
  const manifests = globSync("{apps,packages,examples}/*/package.json", { cwd: root });
  const folders = new Map(manifests.map((path) => [JSON.parse(read(path)).name, dirname(path)]));
  const needed = new Set(manifests.map(dirname).filter((folder) => !folder.startsWith("packages/")));
  for (const folder of needed) {
    for (const name of Object.keys(JSON.parse(read(join(folder, "package.json"))).dependencies ?? {})) {
      if (folders.has(name)) needed.add(folders.get(name));
    }
  }
  const copied = new Set([...dockerfile.matchAll(/^COPY (\S+)\/package\.json /gm)].map(([, folder]) => folder));
  return [
    ...[...needed].filter((folder) => !copied.has(folder)).map((folder) => `does not copy ${folder}/package.json`),
    ...[...copied].filter((folder) => !needed.has(folder)).map((folder) => `copies ${folder}, which no app needs`),
  ].map((finding) => `docker/Dockerfile: ${finding}`);
}

function unknownTargets() {
  const targets = new Set([...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gm)].map(([, name]) => name));
  return services
    .filter(({ service }) => service.build && !targets.has(service.build.target))
    .map(({ file, name, service }) => `${file}: ${name}: docker/Dockerfile has no target ${service.build.target}`);
}

/** PostgreSQL's and libpq's own are not ours to list; COTURN_VERSION is for the command of the same service. */
function unreadVariables() {
  const example = [...read(".env.example").matchAll(/^#?\s*([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name);
  const known = new Set(["PGPASSFILE", "COTURN_VERSION", ...example, ...example.map((name) => `${name}_FILE`)]);
  return services
    .filter(({ name }) => name !== "postgres")
    .flatMap(({ file, name, service }) =>
      Object.keys(service.environment ?? {})
        .filter((variable) => !known.has(variable))
        .map((variable) => `${file}: ${name}: nobody reads ${variable}`),
    );
}

function unmadeSecrets() {
  const made = new Set([
    ...[...read("docker/init-secrets").matchAll(/^secret (\S+) /gm)].map(([, name]) => `secrets}/${name}`),
    ...[...read("docker/init-test-tls").matchAll(/^certificate (\S+) /gm)].flatMap(([, name]) =>
      ["crt", "key"].map((kind) => `tls}/${name}.${kind}`),
    ),
    "tls}/ca.crt",
  ]);
  const declared = files.flatMap((file) => Object.entries(parse(read(file)).secrets ?? {}));
  const names = new Set(declared.map(([name]) => name));
  const used = new Set(services.flatMap(({ service }) => service.secrets ?? []));
  const configs = services
    .flatMap(({ service }) => service.volumes ?? [])
    .flatMap((volume) => /:-\.(\/[^}]+)\}/.exec(volume)?.[1] ?? []);
  return [
    ...[...used].filter((name) => !names.has(name)).map((name) => `no compose file has the secret ${name}`),
    ...declared
      .filter(([, { file }]) => !made.has(file.split(":-./")[1]))
      .map(
        ([name, { file }]) => `neither docker/init-secrets nor docker/init-test-tls makes ${file}, the secret ${name}`,
      ),
    ...configs.filter((path) => !existsSync(join(root, "docker", path))).map((path) => `there is no docker${path}`),
  ];
}
