import { z } from "zod";

/** A string that the database can hold: no U+0000, no lone surrogate. Length in UTF-16 code units, as Hathora counts. */
export function storableText(maxLength?: number): z.ZodString {
  const text = maxLength === undefined ? z.string() : z.string().max(maxLength);
  return text.refine((value) => !value.includes("\u0000") && value.isWellFormed(), {
    error: "must not contain U+0000 or a lone surrogate",
  });
}
