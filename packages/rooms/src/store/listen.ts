import postgres from "postgres";

export type Channel = "roombridge_processes" | "roombridge_rooms";

export interface Listener {
  close(): Promise<void>;
}

/**
 * Calls `wake` after each notification and after each reconnect. A wake-up carries no truth and may be lost: whoever
 * listens reads tables, and polls as well. `url` must reach the server itself (no transaction pooler).
 */
export async function listen(url: string, channel: Channel, wake: (payload: string) => void): Promise<Listener> {
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 5,
    connection: { application_name: `roombridge listen ${channel}` },
    onnotice: () => {},
  });
  await sql.listen(channel, wake, () => wake(""));
  return { close: () => sql.end({ timeout: 1 }) };
}
