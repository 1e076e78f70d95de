import { createHash, randomBytes } from "node:crypto";

/** The form in which `cli-password` may stand in turnserver.conf (as `turnadmin -P` prints it): $5$salt$sha256(salt password). */
export function hashCliPassword(password: string, salt: Buffer = randomBytes(8)): string {
  const hash = createHash("sha256").update(salt).update(password).digest("hex");
  return `$5$${salt.toString("hex")}$${hash}`;
}
