import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";

test("the API bodies need nothing but zod, so a client that uses them installs no database driver", async () => {
  const files = (await readdir(import.meta.dirname)).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".test.ts"),
  );
  expect(files.length).toBeGreaterThan(5);
  const imported = new Set<string>();
  for (const file of files) {
    const source = await readFile(`${import.meta.dirname}/${file}`, "utf8");
    for (const [, specifier = ""] of source.matchAll(/ from "([^"]+)";/g)) {
      if (!/^\.\/[\w-]+\.ts$/.test(specifier)) imported.add(specifier);
    }
  }
  expect([...imported]).toEqual(["zod"]);
});
