// Starts test/app.ts with a child of its own, tells both pids, and waits to be killed.
import { startApp } from "../src/start-app.ts";

const app = await startApp({ path: "packages/testing/test/app.ts", args: ["child"], env: {}, readyPattern: /^ready/ });
const [, child] = await app.line(/^child (\d+)$/);
console.log(`pids ${app.pid} ${child}`);
