import { RoomError } from "@roombridge/rooms";
import type { HonoRequest } from "hono";
import type { z } from "zod";
import { parse } from "./parse.ts";

const NUMBER = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** The value of a parameter, undefined when it is absent. Throws `invalid_params` when it is there twice. */
export function valueInQuery(request: HonoRequest, name: string): string | undefined {
  const values = request.queries(name);
  if (values !== undefined && values.length > 1) throw new RoomError("invalid_params", `${name}: given more than once`);
  return values?.[0];
}

/**
 * The values of a list, which may be repeated (`a=x&a=y`) or separated by commas (`a=x,y`); undefined when it is absent.
 * Throws `invalid_params` for a value that the schema refuses, the empty one too.
 */
export function listInQuery<Schema extends z.ZodType>(
  request: HonoRequest,
  name: string,
  schema: Schema,
): z.output<Schema>[] | undefined {
  const values = request.queries(name)?.flatMap((value) => value.split(","));
  return values?.map((value) => parse(schema, value, name));
}

/** Milliseconds since 1970, rounded up to whole ones. Throws `invalid_params` for what is no date of JavaScript's. */
export function instantInQuery(request: HonoRequest, name: string): Date | undefined {
  const text = valueInQuery(request, name);
  if (text === undefined) return undefined;
  const instantMs = NUMBER.test(text) ? new Date(Math.ceil(Number(text))).getTime() : Number.NaN;
  if (Number.isNaN(instantMs)) throw new RoomError("invalid_params", `${name}: expected milliseconds since 1970`);
  return new Date(instantMs);
}

/** Undefined when it is absent. Throws `invalid_params` for what is no finite number. */
export function numberInQuery(request: HonoRequest, name: string): number | undefined {
  const text = valueInQuery(request, name);
  if (text === undefined) return undefined;
  const value = NUMBER.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw new RoomError("invalid_params", `${name}: expected a number`);
  return value;
}

/** Undefined when it is absent. Throws `invalid_params`. */
export function booleanInQuery(request: HonoRequest, name: string): boolean | undefined {
  const text = valueInQuery(request, name);
  if (text === undefined) return undefined;
  if (text === "true" || text === "false") return text === "true";
  throw new RoomError("invalid_params", `${name}: expected true or false`);
}

/** Throws `malformed_request` in place of `invalid_params`. */
export function asMalformed<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (RoomError.isInstance(error) && error.code === "invalid_params") {
      throw new RoomError("malformed_request", error.message);
    }
    throw error;
  }
}

/** A whole number; `fallback` when it is absent. Throws `invalid_params` when it is none, or out of range. */
export function integerInQuery(
  request: HonoRequest,
  name: string,
  { min, max, fallback }: { readonly min: number; readonly max: number; readonly fallback: number },
): number {
  const text = valueInQuery(request, name);
  if (text === undefined) return fallback;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new RoomError("invalid_params", `${name}: expected a whole number from ${min} to ${max}`);
}
