import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { newRoomKey } from "./ids.ts";
import { derivePassword, drawUsername, findKey, longTermKey, parseCredentialKeys } from "./turn-credential.ts";

const A = Buffer.alloc(32, 0xa1);
const B = Buffer.alloc(48, 0xfb);
const a = A.toString("base64");
const b = B.toString("base64");

describe("parseCredentialKeys", () => {
  test("reads several keys and keeps their order, the first one issues", () => {
    expect(parseCredentialKeys(`k2:${b},k1:${a}`)).toEqual([
      { id: "k2", key: B },
      { id: "k1", key: A },
    ]);
  });

  test("space around an entry and missing padding are no problem", () => {
    expect(parseCredentialKeys(` k1:${a.replace("=", "")} , k2:${b} `)).toHaveLength(2);
  });

  test("every problem is named at once by position and id, and no key material is shown", () => {
    const short = Buffer.alloc(31, 7).toString("base64");
    const broken = "not*base64*at*all";
    const text = [`good:${a}`, "nocolon", `:${a}`, `bad id:${a}`, `short:${short}`, `broken:${broken}`, `good:${b}`];
    let message = "";
    try {
      parseCredentialKeys(text.join(","));
    } catch (error) {
      message = error instanceof Error ? error.message : "";
    }
    expect(message.split("; ")).toEqual([
      "key 2: expected id:base64",
      "key 3: the id must be 1 to 32 of A-Z, a-z, 0-9, _, . and -",
      "key 4: the id must be 1 to 32 of A-Z, a-z, 0-9, _, . and -",
      "key 5: short has 31 bytes, 32 are needed",
      "key 6: broken is not base64",
      "key 7: the id good is given twice",
    ]);
    for (const secret of [a, b, short, broken, "nocolon"]) expect(message).not.toContain(secret);
  });

  test("a key in the place of the id is not printed either", () => {
    expect(() => parseCredentialKeys(`${b}:k1`)).toThrow(
      /^key 1: the id must be 1 to 32 of A-Z, a-z, 0-9, _, \. and -$/,
    );
  });

  test.each(["", ",", `k:${a},`])("%j is refused", (text) => {
    expect(() => parseCredentialKeys(text)).toThrow("expected id:base64");
  });

  test("whatever is given, keys of the promised shape come out or an Error is thrown", () => {
    const pair = fc.tuple(fc.stringMatching(/^[a-z]{1,3}$/), fc.uint8Array({ minLength: 31, maxLength: 40 }));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 4 }), (pairs) => {
        const text = pairs.map(([id, key]) => `${id}:${Buffer.from(key).toString("base64")}`).join(",");
        const isUnique = new Set(pairs.map(([id]) => id)).size === pairs.length;
        if (pairs.length > 0 && isUnique && pairs.every(([, key]) => key.length >= 32)) {
          expect(parseCredentialKeys(text).map(({ key }) => [...key])).toEqual(pairs.map(([, key]) => [...key]));
        } else {
          expect(() => parseCredentialKeys(text)).toThrow(Error);
        }
      }),
    );
  });

  test("findKey knows the keys by id", () => {
    const keys = parseCredentialKeys(`k2:${b},k1:${a}`);
    expect(findKey(keys, "k1")?.key).toEqual(A);
    expect(findKey(keys, "k3")).toBeUndefined();
  });
});

describe("drawUsername", () => {
  test("is the room key, a dot and 16 base36 digits", () => {
    expect(drawUsername("2swovpy1fnunu000")).toMatch(/^2swovpy1fnunu000\.[0-9a-z]{16}$/);
  });

  test("is in the alphabet of all TURN clients and within coturn's 512 bytes, and never drawn twice", () => {
    const drawn = Array.from({ length: 2_000 }, () => drawUsername(newRoomKey()));
    for (const username of drawn) expect(username).toMatch(/^[0-9a-z]{16}\.[0-9a-z]{16}$/);
    expect(new Set(drawn).size).toBe(drawn.length);
  });

  test.each([
    ["0000000000000000", ["selectunion00000", "union00000select", "1111111111111111"]],
    ["0000union0000000", ["00000select00000", "1111111111111111"]],
    ["select0000000000", ["00000000000union", "1111111111111111"]],
    ["SELECT0000000000", ["00000000000union", "1111111111111111"]],
  ])("for %s what would hold both union and select is drawn again", (roomKey, draws) => {
    const left = [...draws];
    expect(drawUsername(roomKey, () => left.shift() ?? "")).toBe(`${roomKey}.1111111111111111`);
  });

  test("a room key that holds both words by itself is refused instead of drawn for ever", () => {
    expect(() => drawUsername("unionselect00000")).toThrow(RangeError);
  });
});

describe("the recipe", () => {
  // Computed with OpenSSL: printf %s "$username" | openssl dgst -sha256 -hmac …, and printf %s "u:r:p" | md5sum.
  test("password and long-term key do not change between releases: running credentials depend on them", () => {
    const username = "2swovpy1fnunu000.0123456789abcdef";
    const password = derivePassword({ id: "k1", key: A }, username);
    expect(password).toBe("kzB8YIOHpi-8Vz4RtIRWeQ_b9yCx_GWdeeB8ovvskE8");
    expect(longTermKey(username, "roombridge", password)).toBe("4e02e75642b7dea33b3178d97f3571fc");
  });

  test("RFC 5769 section 2.4 names the inputs: username, realm and password joined by colons", () => {
    expect(longTermKey("user", "realm", "pass")).toBe("8493fbc53ba582fb4c044c456bdc40eb");
  });

  test("another key or another username gives another password, always 43 characters of base64url", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        const password = derivePassword({ id: "a", key: A }, one);
        expect(password).toMatch(/^[A-Za-z0-9_-]{43}$/);
        expect(derivePassword({ id: "b", key: B }, one)).not.toBe(password);
        expect(derivePassword({ id: "a", key: A }, other) === password).toBe(one === other);
      }),
    );
  });
});
