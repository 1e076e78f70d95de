import { fileURLToPath } from "node:url";

/** Where the SQL migrations of this release lie. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL("../../migrations", import.meta.url));
