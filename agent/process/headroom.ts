/** How much memory a target has left, and who says so; pure. What each system tells is read by read-headroom.ts. */

/** One bound that a target is under. */
export interface Room {
  /** What is left of it; never below 0. */
  readonly bytes: number;
  /** Absent where only what is left is reported. */
  readonly limitBytes?: number;
  /** Where what does not fit may go to swap: the limit with that swap, at which it is killed, and what is left of both. */
  readonly withSwap?: { readonly bytes: number; readonly limitBytes: number };
  /** Where the figure is from, for people: `memory.max of cgroup /app`, `ulimit -d`. */
  readonly source: string;
}

export interface Headroom {
  /** Of the process's memory, the tightest first; empty where nobody tells. */
  readonly memory: readonly Room[];
  /** Of V8's old space, where what a probe makes in the heap comes to lie. */
  readonly heap?: Room;
  /** Why there may be a limit of the process's memory that `memory` does not show; absent where all have been seen. */
  readonly unknown?: string;
}

export function roomUnder(limitBytes: number, usedBytes: number, source: string): Room {
  return { bytes: Math.max(0, limitBytes - usedBytes), limitBytes, source };
}

/** Above this a limit is none: the kernel's and Node's ways to say so are near 2^63 and 2^64. */
const NO_LIMIT_BYTES = 2 ** 60;

export function isLimit(bytes: number): boolean {
  return Number.isFinite(bytes) && bytes > 0 && bytes < NO_LIMIT_BYTES;
}

/** The same as a limit that ends the process, where swap comes before that; a probe has to fit without it. */
export function untilKilled({ withSwap, ...room }: Room): Room {
  return withSwap ? { ...withSwap, source: `${room.source}, with swap` } : room;
}

export function tightestFirst(rooms: readonly Room[]): Room[] {
  return rooms.toSorted((a, b) => a.bytes - b.bytes);
}
