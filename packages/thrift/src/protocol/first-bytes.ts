/** Whether bytes begin with others; undefined: too few to tell. */
export function startsWith(bytes: Buffer, expected: readonly number[]): boolean | undefined {
  for (const [index, value] of expected.entries()) {
    const byte = bytes[index];
    if (byte === undefined) return undefined;
    if (byte !== value) return false;
  }
  return true;
}
