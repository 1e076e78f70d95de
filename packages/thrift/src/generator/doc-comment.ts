/** A documentation comment, or nothing. */
export function docComment(doc: string | undefined): string[] {
  const lines = doc?.trim().split("\n") ?? [];
  if (lines.length === 0 || lines[0] === "") return [];
  const [only] = lines;
  if (lines.length === 1) return [`/** ${only?.replaceAll("*/", "* /")} */`];
  return ["/**", ...lines.map((line) => ` * ${line.replaceAll("*/", "* /")}`.trimEnd()), " */"];
}
