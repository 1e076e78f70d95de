// `pnpm bench <name> [options]`. Nothing here fails because a machine is slow: figures are read by people.
const BENCHMARKS: Readonly<Record<string, () => Promise<unknown>>> = {
  create: () => import("./create/bench.ts"),
  hosting: () => import("./hosting/bench.ts"),
  push: () => import("./push/bench.ts"),
  rooms: () => import("./rooms/bench.ts"),
  scale: () => import("./scale/bench.ts"),
  thrift: () => import("./thrift/bench.ts"),
  turn: () => import("./turn/bench.ts"),
};

const benchmark = BENCHMARKS[process.argv[2] ?? ""];
if (!benchmark) {
  console.error(`usage: pnpm bench ${Object.keys(BENCHMARKS).join(" | ")} [options]`);
  process.exit(2);
}
await benchmark();
