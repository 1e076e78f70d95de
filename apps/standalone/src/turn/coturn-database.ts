/** The database that coturn reads; its password comes from the file that `PGPASSFILE` names, never from here. */
export interface CoturnDatabase {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  /** libpq's sslmode; its default encrypts when the server offers it. */
  readonly sslMode?: "disable" | "prefer" | "require" | "verify-ca" | "verify-full";
  /** The authorities that the verifying modes trust: a file, or `system`. */
  readonly sslRootCert?: string;
}

/** libpq's key=value form. coturn 4.6 logs it as it is, hence no password. Throws a RangeError for what it cannot carry. */
export function connectionString({ host, port, database, user, sslMode, sslRootCert }: CoturnDatabase): string {
  for (const value of [host, database, user, sslRootCert ?? "none"]) {
    if (!/^[^\s'"\\=]+$/.test(value))
      throw new RangeError(`coturn cannot be told a database setting like ${JSON.stringify(value)}`);
  }
  const settings = {
    host,
    port,
    dbname: database,
    user,
    // 2 s is the shortest that libpq accepts.
    connect_timeout: 2,
    application_name: "coturn",
    sslmode: sslMode,
    sslrootcert: sslRootCert,
  };
  return Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map((setting) => setting.join("="))
    .join(" ");
}

/** The one line of a pgpass file, host:port:database:user:password, where a backslash protects colons and backslashes. */
export function pgpassLine({
  host,
  port,
  database,
  user,
  password,
}: CoturnDatabase & { readonly password: string }): string {
  const fields = [host, String(port), database, user, password];
  return `${fields.map((field) => field.replaceAll(/[\\:]/g, String.raw`\$&`)).join(":")}\n`;
}
