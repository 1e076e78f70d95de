import { customType, timestamp } from "drizzle-orm/pg-core";

/** A point in time by the database clock, always with its zone. */
export const instant = () => timestamp({ withTimezone: true, precision: 6 });

export const bytea = customType<{ data: Uint8Array }>({ dataType: () => "bytea" });

/** A 64-bit transaction id; read as text because it outgrows a JavaScript number. */
export const xid8 = customType<{ data: string }>({ dataType: () => "xid8" });
