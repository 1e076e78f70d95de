import { z } from "zod";

/** PostgreSQL text holds no U+0000, and UTF-8 no lone surrogate. */
export function isStorable(text: string): boolean {
  return !text.includes("\u0000") && text.isWellFormed();
}

/** A string that the database can hold. Length in UTF-16 code units, as Hathora counts. */
export function storableText(maxLength?: number): z.ZodString {
  const text = maxLength === undefined ? z.string() : z.string().max(maxLength);
  return text.refine(isStorable, { error: "must not contain U+0000 or a lone surrogate" });
}
