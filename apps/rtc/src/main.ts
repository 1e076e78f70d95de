import { runService } from "@roombridge/service";
import { parseEnv, variables } from "./env.ts";
import { startRtc } from "./start-rtc.ts";

await runService({ name: "rtc", parseEnv, variables, start: startRtc });
