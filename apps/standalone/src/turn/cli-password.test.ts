import { expect, test } from "vitest";
import { hashCliPassword } from "./cli-password.ts";

test("is what turnadmin -P -p secret printed with this salt, and what turnserver compares", () => {
  expect(hashCliPassword("secret", Buffer.from("2a8c333f7b79da2f", "hex"))).toBe(
    "$5$2a8c333f7b79da2f$6da7507fad03051f68fd5e4868fddb1c27b5eb0496f721b60d7b54085fc330d5",
  );
});

test("two hashes of one password differ", () => {
  expect(hashCliPassword("secret")).not.toBe(hashCliPassword("secret"));
});
