import { runService } from "@roombridge/service";
import { parseEnv, variables } from "./env.ts";
import { startGateway } from "./start-gateway.ts";

await runService({ name: "gateway", parseEnv, variables, start: startGateway });
