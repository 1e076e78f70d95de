import { createTenant } from "@roombridge/testing";
import { describe, expect, test, vi } from "vitest";
import { useRooms } from "../test/setup.ts";
import { authenticate, getApplication } from "./index.ts";
import { LookupCache } from "./lookup-cache.ts";

const suite = useRooms();

describe("authenticate", () => {
  test("a token speaks for its organisation", async () => {
    const { rooms } = suite();
    const { token, application } = await createTenant(rooms.database);
    expect(await authenticate(rooms, token)).toMatchObject({ orgId: application.orgId });
  });

  test.each([[undefined], [""], ["garbage"], ["a\u0000b"], ["x".repeat(100_000)]])("refuses %j", async (token) => {
    await expect(authenticate(suite().rooms, token)).rejects.toMatchObject({ code: "unauthenticated" });
  });

  test("refuses a revoked token", async () => {
    const { rooms } = suite();
    const { token, application } = await createTenant(rooms.database);
    await rooms.database.sql`update org_tokens set revoked_at = clock_timestamp() where org_id = ${application.orgId}`;
    await expect(authenticate(rooms, token)).rejects.toMatchObject({ code: "unauthenticated" });
  });
});

describe("getApplication", () => {
  test("an unknown application and another organisation's are the same answer", async () => {
    const { rooms } = suite();
    const [mine, theirs] = [await createTenant(rooms.database), await createTenant(rooms.database)];
    const principal = await authenticate(rooms, mine.token);
    expect(await getApplication(rooms, principal, mine.application.appId)).toEqual(mine.application);
    for (const appId of [theirs.application.appId, "app-unknown"]) {
      await expect(getApplication(rooms, principal, appId)).rejects.toMatchObject({
        code: "app_not_found",
        message: `no application ${appId}`,
      });
    }
  });
});

describe("LookupCache", () => {
  test("shares one load between concurrent callers and loads again after five seconds", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      const cache = new LookupCache<number>();
      let loads = 0;
      const load = async () => (loads += 1);
      expect(await Promise.all([cache.get("a", load), cache.get("a", load)])).toEqual([1, 1]);
      vi.advanceTimersByTime(4_999);
      expect(await cache.get("a", load)).toBe(1);
      vi.advanceTimersByTime(2);
      expect(await cache.get("a", load)).toBe(2);
    } finally {
      vi.useRealTimers();
    }
  });

  test("does not keep a failure", async () => {
    const cache = new LookupCache<number>();
    await expect(cache.get("a", () => Promise.reject(new Error("down")))).rejects.toThrow("down");
    expect(await cache.get("a", async () => 1)).toBe(1);
  });
});
