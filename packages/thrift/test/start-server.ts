import { onTestFinished } from "vitest";
import { Every, EveryClient, Other, type EveryHandler } from "./every.ts";
import { everyHandler, otherHandler } from "./every-handler.ts";
import {
  createProcessor,
  ThriftClient,
  ThriftServer,
  type ServerEvent,
  type ServerLimits,
  type ThriftServerOptions,
} from "../src/index.ts";

export interface TestServer {
  readonly server: ThriftServer;
  readonly port: number;
  readonly events: ServerEvent[];
  /** What the oneway method received. */
  readonly fired: string[];
  /** Throws when another client is not served. */
  readonly expectServing: () => Promise<void>;
}

/** A server of both services on a free port until the test ends. */
export async function startServer(
  handler: Partial<EveryHandler> = {},
  limits: Partial<ServerLimits> = {},
  options: Omit<ThriftServerOptions, "processors" | "limits" | "onEvent"> = {},
): Promise<TestServer> {
  const events: ServerEvent[] = [];
  const fired: string[] = [];
  const server = new ThriftServer({
    processors: [createProcessor(Every, { ...everyHandler(fired), ...handler }), createProcessor(Other, otherHandler)],
    limits,
    ...options,
    onEvent: (event) => void events.push(event),
  });
  const port = await server.listen({ port: 0 });
  onTestFinished(() => server.close({ deadlineMs: 0 }));
  const expectServing = async () => {
    const client = new ThriftClient({ port });
    const sum = await new EveryClient(client).add(40n, 2n);
    await client.close();
    if (sum !== 42n) throw new Error(`40 + 2 is ${sum} here`);
  };
  return { server, port, events, fired, expectServing };
}
