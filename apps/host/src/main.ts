import { runService } from "@roombridge/service";
import { parseEnv, variables } from "./env.ts";
import { startHost } from "./host.ts";

await runService({ name: "host", parseEnv, variables, start: startHost });
