// What no schema knows: that names refer to something, and that every pod is confined.
import { buildBase } from "./kustomize.mjs";

/** All that is wrong with the resources of one folder. */
export function findBrokenConventions(root, base) {
  const resources = buildBase(root, base);
  const pods = resources.flatMap(({ file, resource }) => {
    const template = resource.spec?.template;
    return template
      ? [{ where: `${base}/${file}: ${resource.kind} ${resource.metadata.name}`, resource, ...template }]
      : [];
  });
  return [
    ...pods.flatMap((pod) => [...findLooseSecurity(pod, base), ...findDanglingNames(pod, resources)]),
    ...resources.flatMap((found) => findDanglingSelectors(found, { base, pods, resources })),
    ...findPrivilege(resources),
  ];
}

/** Container by container, also where the namespace would allow more. */
export function containersOf({ spec }) {
  return [...(spec.initContainers ?? []), ...spec.containers];
}

function findLooseSecurity(pod, base) {
  const { where, spec } = pod;
  const own = spec.securityContext ?? {};
  const isOnNode = spec.hostNetwork === true && base !== "base";
  const rules = [
    [spec.automountServiceAccountToken === false, "mounts a token of the API server"],
    [own.runAsNonRoot === true && own.runAsUser > 0, "may run as root"],
    [own.seccompProfile?.type === "RuntimeDefault", "has no seccomp profile"],
    [isOnNode || spec.hostNetwork === undefined, "uses the network of the node"],
    [!spec.hostPID && !spec.hostIPC, "sees processes of the node"],
    [(spec.volumes ?? []).every((volume) => !volume.hostPath), "mounts a folder of the node"],
    ...containersOf(pod).flatMap(({ name, securityContext: { capabilities, ...rest } = {}, resources, ports = [] }) => [
      [rest.allowPrivilegeEscalation === false && !rest.privileged, `${name} may gain privileges`],
      [rest.readOnlyRootFilesystem === true, `${name} may write to its image`],
      [capabilities?.drop?.includes("ALL"), `${name} keeps capabilities`],
      [(capabilities?.add ?? []).every((added) => added === "NET_BIND_SERVICE"), `${name} adds capabilities`],
      [resources?.limits?.memory && resources.requests?.cpu, `${name} has no memory limit, or asks for no CPU`],
      [isOnNode || ports.every(({ hostPort }) => hostPort === undefined), `${name} takes ports of the node`],
    ]),
  ];
  return rules.filter(([holds]) => !holds).map(([, problem]) => `${where}: ${problem}`);
}

/** Volumes that are mounted, ports that are probed, ConfigMaps that are demanded. */
function findDanglingNames(pod, resources) {
  const { where, spec } = pod;
  const volumes = new Set((spec.volumes ?? []).map(({ name }) => name));
  const configMaps = new Set(resources.filter(({ resource }) => resource.kind === "ConfigMap").map(nameOf));
  const mounts = containersOf(pod).flatMap(({ volumeMounts = [] }) => volumeMounts.map(({ name }) => name));
  const missing = [
    ...mounts.filter((name) => !volumes.has(name)).map((name) => `volume ${name}`),
    ...[...volumes].filter((name) => !mounts.includes(name)).map((name) => `mount of the volume ${name}`),
    ...(spec.volumes ?? []).flatMap(({ configMap }) =>
      configMap && !configMaps.has(configMap.name) ? [`ConfigMap ${configMap.name}`] : [],
    ),
    ...containersOf(pod).flatMap((container) =>
      ["readinessProbe", "livenessProbe", "startupProbe"]
        .map((probe) => container[probe]?.httpGet?.port ?? container[probe]?.tcpSocket?.port)
        .filter((port) => port !== undefined && !portNames(container).includes(port))
        .map((port) => `port ${port} of ${container.name}`),
    ),
  ];
  return missing.map((what) => `${where}: there is no ${what}`);
}

function findDanglingSelectors({ file, resource }, { base, pods, resources }) {
  const { kind, metadata, spec } = resource;
  const where = `${base}/${file}: ${kind} ${metadata.name}`;
  const selector = kind === "Service" ? spec.selector : (spec?.selector ?? spec?.podSelector)?.matchLabels;
  const selected = selector && pods.filter((pod) => matches(selector, pod.metadata.labels));
  const problems = selected?.length === 0 ? [`${where}: selects no pod`] : [];
  const named = new Set((selected ?? []).flatMap((pod) => containersOf(pod).flatMap(portNames)));
  const wanted = [
    ...(kind === "Service" ? spec.ports.map(({ targetPort }) => targetPort) : []),
    ...(kind === "NetworkPolicy"
      ? (spec.ingress ?? []).flatMap(({ ports = [] }) => ports.map(({ port }) => port))
      : []),
  ];
  problems.push(...wanted.filter((port) => !named.has(port)).map((port) => `${where}: no pod has a port ${port}`));
  const target = spec?.scaleTargetRef;
  const isThere = ({ resource: other }) => other.kind === target.kind && other.metadata.name === target.name;
  if (target && !resources.some(isThere)) problems.push(`${where}: there is no ${target.kind} ${target.name}`);
  return problems;
}

/** No app talks to the API server, so nobody gets a right there. */
function findPrivilege(resources) {
  return resources
    .filter(({ resource }) => /^(?:Cluster)?Role(?:Binding)?$|^ServiceAccount$/.test(resource.kind))
    .map(({ file, resource }) => `${file}: ${resource.kind} ${resource.metadata.name} is not needed`);
}

function matches(selector, labels = {}) {
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

function portNames({ ports = [] }) {
  return ports.map(({ name }) => name);
}

function nameOf({ resource }) {
  return resource.metadata.name;
}
