/** A place in the order of events: everything at or before it is known. */
export interface EventPosition {
  readonly xid: bigint;
  readonly id: number;
}

const POSITION = /^(\d{1,20})\.(\d{1,15})$/;
const MAX_XID = 2n ** 64n - 1n;

/** The inverse of `printPosition`; undefined for anything else. */
export function parsePosition(text: string): EventPosition | undefined {
  const [, xid, id] = POSITION.exec(text) ?? [];
  if (xid === undefined || id === undefined || BigInt(xid) > MAX_XID) return undefined;
  return { xid: BigInt(xid), id: Number(id) };
}

/** `xid.id`, as `Last-Event-ID` has it. */
export function printPosition({ xid, id }: EventPosition): string {
  return `${xid}.${id}`;
}

/** Negative when `a` comes first. */
export function comparePositions(a: EventPosition, b: EventPosition): number {
  return a.xid === b.xid ? a.id - b.id : a.xid < b.xid ? -1 : 1;
}
