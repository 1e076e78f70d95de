const MAX_KNOWN = 1_000;
const known = new Map<string, string>();

/** A table or function with the verb in front of it. Not `for update`, nor `on conflict do update`. */
const TARGET = /(?<!\bfor )(?<!\bdo )\b(insert into|update|delete from|from|select)\s+"?([a-z_]\w*)"?(\s*\()?/g;
const VERBS: Readonly<Record<string, string>> = {
  "insert into": "INSERT",
  update: "UPDATE",
  "delete from": "DELETE",
  from: "SELECT",
  select: "SELECT",
};

/**
 * What a statement does, in two words such as `UPDATE rooms` or `SELECT create_rooms`: as many as there are statements in the
 * source, so that they can name spans and label metrics.
 */
export function summarize(text: string): string {
  const found = known.get(text);
  if (found !== undefined) return found;
  const summary = findTarget(text);
  if (known.size < MAX_KNOWN) known.set(text, summary);
  return summary;
}

function findTarget(text: string): string {
  for (const [, verb = "", name = "", call] of text.toLowerCase().matchAll(TARGET)) {
    // `select id from …` names a column; `select report_running(…)` a function; `from unnest(…)` makes rows of parameters.
    if (verb === "select" && !call) continue;
    if (IS_NO_TARGET.test(name)) continue;
    return `${VERBS[verb] ?? "SELECT"} ${name}`;
  }
  return (/^\s*([a-z]+)/i.exec(text)?.[1] ?? "statement").toUpperCase();
}

/** What SQL itself offers, or means something else after these words. */
const IS_NO_TARGET =
  /^(?:array|array_agg|case|cast|coalesce|count|distinct|exists|extract|generate_series|jsonb_\w+|json_\w+|lateral|least|greatest|max|min|now|clock_timestamp|only|select|set|sum|unnest)$/;
