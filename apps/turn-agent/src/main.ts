import { runService } from "@roombridge/service";
import { parseEnv, variables } from "./env.ts";
import { startAgent } from "./start-agent.ts";

await runService({ name: "turn-agent", parseEnv, variables, start: startAgent });
