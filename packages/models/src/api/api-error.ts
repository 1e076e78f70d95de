import { z } from "zod";

/** The body of every answer that is not a success. */
export const ApiError = z.object({ message: z.string() }).meta({ id: "ApiError" });
export type ApiError = z.infer<typeof ApiError>;
