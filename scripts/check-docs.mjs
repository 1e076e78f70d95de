// Keeps the prose true: cited paths exist, links lead to headings that are there, every document below docs/ can be found from
// the README, every environment variable is documented, no file names one machine, nothing
// that .gitignore names is tracked.
// Prints every finding and exits 1 if there is one.
import { execFileSync } from "node:child_process";
import { lstatSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

/** Not settings: what the system sets, and what `npm start` tells its children. */
const NO_SETTINGS = new Set(["CI", "HOME", "NO_COLOR", "PATH", "ROOMBRIDGE_SUPERVISED", "TMPDIR", "USER"]);

/** What Prometheus reads behind the name of a metric of a unit. */
const SUFFIXES = { "": "", s: "_seconds", By: "_bytes", 1: "_ratio" };

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const files = listFiles();
const entries = new Set([...files, ...files.flatMap(ancestors), "."]);
const names = new Set(files.map((file) => basename(file)));
const documents = files.filter((file) => file.endsWith(".md") && basename(file) !== "CHANGELOG.md");

const findings = [
  ...missingPaths(),
  ...brokenLinks(),
  ...lostDocuments(),
  ...undocumentedVariables(),
  ...unknownMetrics(),
  ...machineTraces(),
  ...trackedOutput(),
];
for (const finding of findings) console.error(finding);
if (findings.length > 0) console.error(`\ncheck-docs: ${findings.length} finding(s)`);
else console.log(`check-docs: ${documents.length} documents, ${files.length} files, nothing found`);
process.exit(findings.length > 0 ? 1 : 0);

/** Tracked and new files that are not ignored; a deleted file does not count, committed or not. */
function listFiles() {
  const deleted = new Set(git("ls-files", "--deleted"));
  const present = git("ls-files", "--cached", "--others", "--exclude-standard");
  return [...new Set(present)].filter((file) => !deleted.has(file));
}

function git(...args) {
  return gitWithInput("", ...args);
}

function gitWithInput(input, ...args) {
  // A checkout of another user (a container, a mounted folder) is read all the same.
  const options = { cwd: root, encoding: "utf8", input };
  const output = execFileSync("git", ["-c", "safe.directory=*", ...args, "-z"], options);
  return output.split("\0").filter(Boolean);
}

function ancestors(file) {
  const parent = dirname(file);
  return parent === "." ? [] : [parent, ...ancestors(parent)];
}

function read(file) {
  return readFileSync(join(root, file), "utf8");
}

function missingPaths() {
  const missing = documents.flatMap((document) => {
    const text = read(document);
    const links = linksOf(document)
      .map((target) => target.split("#")[0])
      .filter((target) => target !== "" && !/^[a-z][a-z+.-]*:/.test(target));
    const cited = [...withoutFences(text).matchAll(/`([^`\n]+)`/g)].map(([, code]) => code).filter(looksLikePath);
    return [...links, ...cited].filter((path) => !exists(path, document)).map((path) => ({ document, path }));
  });
  const ignored = ignoredPaths(missing.map(({ path }) => path));
  return missing
    .filter(({ path }) => !ignored.has(path))
    .map(({ document, path }) => `${document}: cites ${path}, which does not exist`);
}

/** Links to a heading that is not there, and addresses that no browser understands. Nothing is fetched. */
function brokenLinks() {
  return documents.flatMap((document) =>
    linksOf(document).flatMap((link) => {
      if (/^[a-z][a-z+.-]*:/.test(link)) return isAddress(link) ? [] : [`${document}: ${link} is no address`];
      const [path, anchor] = link.split("#");
      const target = path === "" ? document : normalize(join(dirname(document), path));
      if (anchor === undefined || !documents.includes(target)) return [];
      return anchorsOf(read(target)).has(anchor) ? [] : [`${document}: ${link} leads to no heading`];
    }),
  );
}

function isAddress(link) {
  return /^(?:https|mailto):/.test(link) ? URL.canParse(link) : /^http:\/\/(?:127\.0\.0\.1|localhost)[:/]/.test(link);
}

/** What the README does not lead to, over however many documents, nobody finds. */
function lostDocuments() {
  const found = new Set(["README.md"]);
  for (const document of found) {
    const linked = linksOf(document).map((link) => normalize(join(dirname(document), link.split("#")[0])));
    for (const target of linked) if (documents.includes(target)) found.add(target);
  }
  return documents
    .filter((document) => document.startsWith("docs/") && !found.has(document))
    .map((document) => `${document}: no link leads there from README.md`);
}

function linksOf(document) {
  return [...withoutCode(read(document)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target);
}

/** The ids that GitHub gives to headings; the second one of the same text ends in -1. */
function anchorsOf(text) {
  const seen = new Map();
  const slugs = [...withoutFences(text).matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading]) => {
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
  return new Set(slugs);
}

function withoutFences(text) {
  return text.replace(/^(```|~~~)[\s\S]*?^\1/gm, "");
}

function withoutCode(text) {
  return withoutFences(text).replace(/`[^`\n]+`/g, "");
}

/** `apps/rtc/src`, `./x`, `some/file.ts`, `env.ts`; not `/rooms/v2/…`, `@scope/name`, `text/plain`, commands. */
function looksLikePath(code) {
  if (/[\s"'`=$|;,()]/.test(code) || /^[/@~-]/.test(code) || code.includes("://")) return false;
  if (/^\.\.?\//.test(code)) return true;
  const hasExtension = /\.(ts|mjs|js|json|md|thrift|sql|ya?ml|conf)(:\d+)?$/.test(code);
  if (!code.includes("/")) return /\.(ts|mjs|md|thrift)$/.test(code) && !code.startsWith("*");
  return hasExtension || entries.has(code.split("/")[0]);
}

/** A placeholder (`<op>.ts`, `*.test.ts`, `{a,b}`) is checked up to the folder it stands in. */
function exists(path, document) {
  const plain = path.replace(/:\d+$/, "").replace(/\/$/, "");
  const segments = plain.split("/");
  const placeholder = segments.findIndex((segment) => /[<>*{}…]/.test(segment));
  const fixed = placeholder === -1 ? plain : segments.slice(0, placeholder).join("/");
  if (fixed === "" || (!fixed.includes("/") && names.has(fixed))) return true;
  return entries.has(normalize(fixed)) || entries.has(normalize(join(dirname(document), fixed)));
}

/** Folders such as .roombridge and dist are cited rightly although no clone has them. */
function ignoredPaths(paths) {
  const inside = paths.filter((path) => !normalize(path).startsWith(".."));
  if (inside.length === 0) return new Set();
  try {
    return new Set(gitWithInput(inside.join("\0"), "check-ignore", "--no-index", "--stdin"));
  } catch (error) {
    // 1: none of them is ignored.
    if (error.status === 1) return new Set();
    throw error;
  }
}

function undocumentedVariables() {
  const example = new Set([...read(".env.example").matchAll(/^#?\s*([A-Z][A-Z0-9_]*)=/gm)].map(([, name]) => name));
  const prose = documents
    .filter((file) => basename(file) === "README.md" || file.startsWith("docs/"))
    .map(read)
    .join("\n");
  const environments = files.filter((file) =>
    /^(apps\/[^/]+|packages\/service)\/src\/(telemetry\/)?env(ironment)?\.ts$/.test(file),
  );
  const undocumented = environments.flatMap((file) =>
    variablesOf(read(file)).flatMap((name) => [
      ...(example.has(name) ? [] : [`${file}: ${name} is not in .env.example`]),
      ...(new RegExp(`\\b${name}\\b`).test(prose) ? [] : [`${file}: ${name} is in no README and not in docs/`]),
    ]),
  );
  const sources = files
    .filter((file) => /\.(ts|mjs)$/.test(file) || file === ".ci/run")
    .map(read)
    .join("\n");
  const dead = [...example].filter((name) => !new RegExp(`\\b${name}\\b`).test(sources));
  return [...undocumented, ...dead.map((name) => `.env.example: ${name} is read by nothing`)];
}

/** Keys of the schema (`GATEWAY_PORT: z…`) and direct readings (`env.GATEWAY_PORT`, `env["GATEWAY_PORT"]`). */
function variablesOf(source) {
  const found = source.matchAll(/^\s*"?([A-Z][A-Z0-9_]*)"?:|\benv\.([A-Z][A-Z0-9_]*)|\benv\["([A-Z][A-Z0-9_]*)"\]/gm);
  const variables = [...found].map(([, key, property, index]) => key ?? property ?? index);
  return [...new Set(variables)].filter((name) => !NO_SETTINGS.has(name));
}

/** Metrics are in the table of docs/observability.md, and what is there, in alerts and on the dashboard is made by the source. */
function unknownMetrics() {
  const sources = files
    .filter((file) => /^(apps|packages)\/[^/]+\/src\/.*\.ts$/.test(file) && !file.endsWith(".test.ts"))
    .map(read)
    .join("\n");
  const rows = [...read("docs/observability.md").matchAll(/^\| `([a-z0-9_.]+)` +\| (s|By|1)? *\| /gm)];
  const documented = new Map(rows.map(([, name, unit]) => [name, unit]));
  const made = [
    ...sources.matchAll(/\.create(?:Observable)?(?:UpDown)?(?:Counter|Gauge|Histogram)\(\s*"([a-z0-9_.]+)"/g),
  ].map(([, name]) => name);
  const known = new Set([...documented].map(([name, unit]) => `${name.replaceAll(".", "_")}${SUFFIXES[unit ?? ""]}`));
  const shown = ["alerts.yaml", "dashboard.json"].flatMap((file) =>
    [...read(`docker/observability/${file}`).matchAll(/\b(?:http|rpc|db|roombridge|process|v8js|nodejs)_[a-z0-9_]+\b/g)]
      .map(([name]) => name)
      .filter((name) => !/^(?:http_(?:route|response_status_code)|rpc_method|db_query_summary)$/.test(name))
      .filter((name) => !known.has(name.replace(/_(?:bucket|count|sum|total)$/, "")))
      .map((name) => `docker/observability/${file}: ${name} is not in docs/observability.md`),
  );
  return [
    ...made.filter((name) => !documented.has(name)).map((name) => `${name} is not in docs/observability.md`),
    ...[...documented.keys()]
      .filter((name) => !sources.includes(`"${name}"`))
      .map((name) => `docs/observability.md: nothing measures ${name}`),
    ...new Set(shown),
  ];
}

/** Paths and hosts that are true on one machine only; brackets keep this list from finding itself. */
function machineTraces() {
  const traces = [/[/]work[/]/, /[/]tmp[/]bash_jobs/, /registry[.]npmjs/, /deb[.]debian[.]org/];
  return files
    .filter((file) => file !== "pnpm-lock.yaml" && lstatSync(join(root, file)).isFile())
    .flatMap((file) =>
      read(file)
        .split("\n")
        .flatMap((line, index) => {
          const trace = traces.map((pattern) => pattern.exec(line)?.[0]).find(Boolean);
          return trace ? [`${file}:${index + 1}: names ${trace}`] : [];
        }),
    );
}

function trackedOutput() {
  return git("ls-files", "--cached", "--ignored", "--exclude-standard").map((file) => `${file}: tracked, but ignored`);
}
