import { logVariables, parseEnvironment, runService, integer, telemetryVariables } from "../src/index.ts";
import { z } from "zod";

const Environment = z.object({
  ...logVariables,
  ...telemetryVariables,
  NUMBER: integer(1, 9).default(1),
  BEHAVIOUR: z.string().default(""),
});

/** An app that does nothing but live and end, in the ways that runService must cope with. */
await runService({
  name: "trial",
  parseEnv: (variables) => parseEnvironment(Environment, variables),
  variables: process.env,
  async start({ BEHAVIOUR }, log) {
    if (BEHAVIOUR === "fail") throw new Error("the port is taken");
    const failed = BEHAVIOUR === "give-up" ? Promise.resolve("nothing left to do") : undefined;
    if (BEHAVIOUR === "crash") setTimeout(() => void Promise.reject(new Error("unforeseen")), 50);
    const stayAlive = setInterval(() => {}, 1_000);
    return {
      port: 4711,
      ...(failed ? { failed } : {}),
      async drain() {
        log.info("work is being finished");
        if (BEHAVIOUR === "slow") await new Promise(() => {});
        clearInterval(stayAlive);
      },
    };
  },
});
