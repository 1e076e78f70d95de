/** How much there is in one database of the benchmark. */
export interface Size {
  /** As it is printed, such as `1e6`. */
  readonly name: string;
  /** Rooms that have ended within a day, which is how long they are kept. */
  readonly history: number;
}

/** Rooms that live, whatever has ended before. */
export const LIVE_ROOMS = 100_000;
/** Of these, of an application that has no others. */
export const FEW_ROOMS = 100;
/** Processes of the large application that run; the small one has ten more. */
export const PROCESSES = 10_000;
export const FEW_PROCESSES = 10;
export const ROOMS_PER_PROCESS = 20;
/** Of the small application, so that a measurement does not fill its processes. */
export const FEW_ROOMS_PER_PROCESS = 10_000;
/** Rooms that ended so long ago that the housekeeping forgets them. */
export const DUE_ROOMS = 10_000;
/** Processes that run and have had other rooms before, and how many. */
export const LISTED_PROCESSES = 100;
export const ROOMS_LEFT = 20;
/** Rooms that an ended process has had. */
export const ROOMS_PER_ENDED = 1_000;
/** Rooms that reads ask for, of each kind. */
export const SAMPLE = 2_000;

const LOWEST = LISTED_PROCESSES * ROOMS_LEFT;
const HIGHEST = 1e8;
/** On disk for each room, with indexes and what the fill needs meanwhile, and what is written besides. Tables and indexes take 1,640. */
const BYTES_PER_ROOM = 2_200;
const BYTES_BESIDES = 8 * 2 ** 30;

/** Of `1e4,1e6`; undefined when that makes no sense. */
export function parseSizes(text: string): readonly [Size, ...Size[]] | undefined {
  const sizes = text.split(",").map((name) => ({ name, history: Number(name) }));
  const [first, ...others] = sizes;
  const isRight = ({ history }: Size) => Number.isInteger(history) && history >= LOWEST && history <= HIGHEST;
  const isUnique = new Set(sizes.map(({ history }) => history)).size === sizes.length;
  return first && isUnique && sizes.every(isRight) ? [first, ...others] : undefined;
}

/** Bytes on disk that these need, with something to spare. */
export function bytesNeeded(sizes: readonly Size[]): number {
  return sizes.reduce((sum, { history }) => sum + (history + LIVE_ROOMS) * BYTES_PER_ROOM, BYTES_BESIDES);
}
