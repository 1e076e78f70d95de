// A part for tests of the supervisor; MODE says how it behaves.
import { existsSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";

const mode = process.env["MODE"] ?? "";
if (mode === "crash") {
  console.error("no way");
  process.exit(7);
}
if (mode === "flags") console.log(process.execArgv.join(" "));
if (mode === "crash-later") {
  const flag = process.env["FLAG"] ?? "";
  if (existsSync(flag)) process.exit(8);
  writeFileSync(flag, "");
}

process.on("SIGTERM", () => {
  console.log("SIGTERM");
  if (mode !== "stubborn") process.exit(0);
});
process.on("disconnect", () => process.exit(0));

const server = createServer();
server.listen(Number(process.env["PORT"] ?? 0), "127.0.0.1", () => {
  const address = server.address();
  console.log("started");
  if (mode !== "silent")
    process.send?.({ type: "ready", port: typeof address === "object" ? address?.port : undefined });
});
