import type { CallContext, ErasedMethod, ServiceDefinition } from "../service.ts";

/** A service with the handler that serves it. */
export interface Processor {
  readonly name: string;
  readonly methods: ReadonlyMap<string, BoundMethod>;
}

/** A method of a service and the handler that has it. */
export class BoundMethod {
  readonly service: string;
  readonly name: string;
  readonly definition: ErasedMethod<never>;
  readonly #handler: unknown;

  constructor(service: string, name: string, definition: ErasedMethod<never>, handler: unknown) {
    this.service = service;
    this.name = name;
    this.definition = definition;
    this.#handler = handler;
  }

  /** Throws what the handler throws. */
  invoke(args: readonly unknown[], context: CallContext): unknown {
    // `readArgs` of the same definition made these arguments, and `createProcessor` chose the handler for it.
    return this.definition.call(this.#handler as never, args as never, context);
  }
}

/** Joins a generated service and its handler; a handler that lacks a method or has one too many does not compile. */
export function createProcessor<Handler>(service: ServiceDefinition<Handler>, handler: NoInfer<Handler>): Processor {
  const methods = new Map<string, BoundMethod>();
  for (const [name, method] of service.methods) methods.set(name, new BoundMethod(service.name, name, method, handler));
  return { name: service.name, methods };
}
