import { createLog } from "@roombridge/service";

/**
 * Hands on what a part writes: its log records as they are, everything else (the trace of a crash, a warning of Node) as
 * records that bear its name.
 */
export function partOutput(
  name: string,
  settings: { readonly level: string; readonly format: "pretty" | "json" },
): (line: string, stream: "stdout" | "stderr") => void {
  const log = createLog({ name, ...settings });
  return (line, stream) => {
    if (stream === "stderr") log.warn(line);
    else if (settings.format === "json" && !line.startsWith("{")) log.info(line);
    else process.stdout.write(`${line}\n`);
  };
}
