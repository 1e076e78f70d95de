import type { Operation } from "../src/operation.ts";

/** The names of the parameters in a route's path. */
export function pathParameters({ path }: Operation["route"]): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
}

/** The path of a route with these values in it; `encode` makes a segment of a value. Throws when one is missing. */
export function pathOf(
  route: Operation["route"],
  values: Readonly<Record<string, string | undefined>>,
  encode: (value: string) => string = encodeURIComponent,
): string {
  return route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${route.operationId} has the path parameter ${name}, which has no value`);
    return encode(value);
  });
}

/** Whether the pattern of a route takes the path of another one, as that of a build takes `registry`. */
export function takes({ path: pattern }: Operation["route"], { path }: Operation["route"]): boolean {
  return new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(path);
}
