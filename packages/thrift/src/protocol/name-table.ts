interface Known {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Names that are known beforehand, found by their bytes: to decode UTF-8 costs more than all else in a small message. */
export class NameTable {
  readonly #bySize: (Known[] | undefined)[] = [];

  constructor(names: Iterable<string>) {
    for (const name of names) {
      const bytes = Buffer.from(name);
      (this.#bySize[bytes.length] ??= []).push({ name, bytes });
    }
  }

  /** Undefined for a name that is not in the table. */
  find(buffer: Uint8Array, start: number, size: number): string | undefined {
    const candidates = this.#bySize[size];
    if (candidates === undefined) return undefined;
    for (const { name, bytes } of candidates) if (isAt(bytes, buffer, start)) return name;
    return undefined;
  }
}

/** From the end, where names that share a verb differ. */
function isAt(bytes: Uint8Array, buffer: Uint8Array, start: number): boolean {
  for (let at = bytes.length - 1; at >= 0; at -= 1) if (bytes[at] !== buffer[start + at]) return false;
  return true;
}
