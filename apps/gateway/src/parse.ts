import { RoomError } from "@roombridge/rooms";
import type { z } from "zod";

const MAX_ISSUES = 5;

/** Throws `invalid_params` whose message names each field; `subject` names the value itself. */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, subject: string): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, MAX_ISSUES).map((issue) => {
    const field = issue.path.length === 0 ? subject : issue.path.join(".");
    return `${field}: ${issue.message}`;
  });
  throw new RoomError("invalid_params", problems.join("; "));
}
