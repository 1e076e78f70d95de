// Keeps docker/kubernetes true, without a cluster: every resource is what Kubernetes' schemas allow, names refer to something,
// pods are confined, the apps accept their environment, the images are targets of the Dockerfile, and the Helm chart with its
// defaults is the same as the kustomize files. Prints every finding and exits 1 if there is one.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { generateChart, renderTemplate, valuesOf } from "./kubernetes/chart.mjs";
import { containersOf, findBrokenConventions } from "./kubernetes/conventions.mjs";
import { findEnvironmentProblems } from "./kubernetes/environment.mjs";
import { BASES, buildBase, KUBERNETES, parseResources } from "./kubernetes/kustomize.mjs";
import { findSchemaProblems, findUnknownFields } from "./kubernetes/schema.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const chart = join(root, KUBERNETES, "chart");
const resources = BASES.flatMap((base) => buildBase(root, base));

const findings = [
  ...findSchemaProblems(resources),
  ...findUnknownFields(root, resources),
  ...BASES.flatMap((base) => findBrokenConventions(root, base)),
  ...(await Promise.all(BASES.map((base) => findEnvironmentProblems(root, base)))).flat(),
  ...unknownImages(),
  ...staleChart(),
  ...differentChart(),
];
for (const finding of findings) console.error(finding);
if (findings.length > 0) console.error(`\ncheck-kubernetes: ${findings.length} finding(s)`);
else console.log(`check-kubernetes: ${resources.length} resources, and the chart is the same`);
process.exit(findings.length > 0 ? 1 : 0);

/** Images are named after the targets of the Dockerfile. */
function unknownImages() {
  const dockerfile = readFileSync(join(root, "docker/Dockerfile"), "utf8");
  const targets = new Set([...dockerfile.matchAll(/^FROM \S+ AS (\S+)$/gim)].map(([, name]) => name));
  const images = resources.flatMap(({ resource }) =>
    resource.spec?.template ? containersOf(resource.spec.template) : [],
  );
  return [...new Set(images.map(({ image }) => image))]
    .map((image) => /^roombridge\/([^:]+):/.exec(image)?.[1])
    .filter((target) => target !== undefined && !targets.has(target))
    .map((target) => `docker/Dockerfile has no target ${target}`);
}

function staleChart() {
  const generated = generateChart(root);
  const stray = readdirSync(join(chart, "templates")).filter(
    (file) => file.endsWith(".yaml") && !generated.has(`templates/${file}`),
  );
  return [
    ...[...generated]
      .filter(([path, text]) => !existsSync(join(chart, path)) || readFileSync(join(chart, path), "utf8") !== text)
      .map(([path]) => `${KUBERNETES}/chart/${path}: not what the kustomize files say; run scripts/generate-chart.mjs`),
    ...stray.map((file) => `${KUBERNETES}/chart/templates/${file}: generated from nothing`),
  ];
}

/** Namespaces are Helm's own affair; everything else must come out the same. */
function differentChart() {
  const values = parse(readFileSync(join(chart, "values.yaml"), "utf8"));
  for (const base of BASES) values[valuesOf(base)].enabled = true;
  const rendered = readdirSync(join(chart, "templates"))
    .filter((file) => file.endsWith(".yaml"))
    .flatMap((file) => parseResources(renderTemplate(readFileSync(join(chart, "templates", file), "utf8"), values)));
  const wanted = resources.map(({ resource }) => withoutNamespace(resource)).filter(({ kind }) => kind !== "Namespace");
  const byName = new Map(rendered.map((resource) => [`${resource.kind} ${resource.metadata.name}`, resource]));
  const differing = wanted.filter(
    (resource) => !isDeepStrictEqual(byName.get(`${resource.kind} ${resource.metadata.name}`), resource),
  );
  return [
    ...differing.map(({ kind, metadata }) => `the chart's ${kind} ${metadata.name} is not that of the kustomize files`),
    ...(byName.size === wanted.length ? [] : [`the chart has ${byName.size} resources in place of ${wanted.length}`]),
  ];
}

function withoutNamespace(resource) {
  const metadata = Object.entries(resource.metadata).filter(([key]) => key !== "namespace");
  return { ...resource, metadata: Object.fromEntries(metadata) };
}
