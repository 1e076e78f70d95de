// A stand-in for an app. It prints its environment, does what its argument says, and ends on SIGTERM.
import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

const [, , behaviour] = process.argv;
process.on("SIGTERM", () => {
  console.log("stopping");
  process.exit(7);
});
console.error(`environment ${Object.keys(process.env).sort().join(" ")}`);
if (behaviour === "fail") {
  console.error("the port is taken");
  process.exit(1);
}
if (behaviour === "child") {
  const child = spawn("/bin/sleep", ["600"], { stdio: "ignore" });
  console.log(`child ${child.pid}`);
}
if (behaviour !== "silent") {
  process.stdout.write("ready port=12");
  // The rest of the line comes later, as it may over a pipe.
  await delay(50);
  process.stdout.write("345\n");
}
setInterval(() => {}, 1_000);
