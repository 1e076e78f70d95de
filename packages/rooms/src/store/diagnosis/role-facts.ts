import type { Database } from "../database.ts";

/** What the role of coturn may do, and what it may not although it must. */
export interface RoleFacts {
  readonly canLogIn: boolean;
  /** Attributes of the role that a relay does not need, such as `superuser`. */
  readonly attributes: readonly string[];
  /** Roles whose rights it has as well. */
  readonly memberships: readonly string[];
  /** Views of schema coturn that it cannot read. */
  readonly unreadable: readonly string[];
  /** Relations that it may read or change and should not. */
  readonly excessive: readonly string[];
  readonly isReadOnly: boolean;
  /** 0: none, and then a thread of coturn that waits for a lock answers nobody. */
  readonly statementTimeoutMs: number;
  /** Below zero: no limit. */
  readonly connectionLimit: number;
  readonly connections: number;
}

interface RoleRow extends Omit<RoleFacts, "isReadOnly" | "statementTimeoutMs"> {
  readonly settings: readonly string[];
}

/** Undefined when there is no such role. */
export async function readRoleFacts({ sql }: Database, role: string): Promise<RoleFacts | undefined> {
  const [row] = await sql<RoleRow[]>`
    select r.rolcanlogin as "canLogIn",
           array_remove(array[case when r.rolsuper then 'superuser' end, case when r.rolcreaterole then 'createrole' end,
             case when r.rolcreatedb then 'createdb' end, case when r.rolreplication then 'replication' end,
             case when r.rolbypassrls then 'bypassrls' end], null) as attributes,
           array(select g.rolname::text from pg_auth_members m join pg_roles g on g.oid = m.roleid
                  where m.member = r.oid order by 1) as memberships,
           array(select c.relname::text from pg_class c
                  where c.relnamespace = to_regnamespace('coturn') and c.relkind = 'v'
                    and not (has_schema_privilege(r.oid, c.relnamespace, 'usage') and has_table_privilege(r.oid, c.oid, 'select'))
                  order by 1) as unreadable,
           array(select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
                  where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
                    and has_schema_privilege(r.oid, n.oid, 'usage')
                    and has_table_privilege(r.oid, c.oid, case when n.nspname = 'coturn' then 'insert, update, delete, truncate'
                                                          else 'select, insert, update, delete, truncate' end)
                  order by 1 limit 20) as excessive,
           coalesce((select s.setconfig from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
                      where s.setrole = r.oid and d.datname = current_database()), '{}') as settings,
           r.rolconnlimit as "connectionLimit",
           (select count(*)::integer from pg_stat_activity a where a.usesysid = r.oid) as connections
      from pg_roles r where r.rolname = ${role}`;
  if (!row) return undefined;
  const { settings, ...rest } = row;
  const set = new Map(
    settings.map((setting): [string, string] => [key(setting), setting.slice(key(setting).length + 1)]),
  );
  return {
    ...rest,
    isReadOnly: set.get("default_transaction_read_only") === "on",
    statementTimeoutMs: milliseconds(set.get("statement_timeout") ?? "0"),
  };
}

function key(setting: string): string {
  return setting.slice(0, setting.indexOf("="));
}

/** `500ms`, `2s` and bare milliseconds; other units are read as too long to matter. */
function milliseconds(text: string): number {
  const [, number = "0", unit = "ms"] = /^(\d+)\s*(ms|s)?$/.exec(text) ?? ["", "3600", "s"];
  return Number(number) * (unit === "s" ? 1_000 : 1);
}
