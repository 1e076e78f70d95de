import { runService } from "@roombridge/service";
import { parseEnv } from "./env.ts";
import { startRtc } from "./start-rtc.ts";

await runService({ name: "rtc", parseEnv, start: startRtc });
