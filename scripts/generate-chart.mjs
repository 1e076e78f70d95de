// Writes the Helm chart's templates, values and schema from the kustomize files.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateChart } from "./kubernetes/chart.mjs";
import { KUBERNETES } from "./kubernetes/kustomize.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const chart = join(root, KUBERNETES, "chart");
const files = generateChart(root);

mkdirSync(join(chart, "templates"), { recursive: true });
for (const file of readdirSync(join(chart, "templates")).filter((name) => name.endsWith(".yaml")))
  rmSync(join(chart, "templates", file));
for (const [path, text] of files) writeFileSync(join(chart, path), text);
