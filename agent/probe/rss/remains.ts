/**
 * What a heap snapshot leaves in freed memory, until something else is written there: V8's entries of it, one a node; pure.
 *
 *     type, index << 4 | edges | self size | snapshot | name | id, trace        40 bytes; the next one's index is one more
 *
 * Only the process whose heap was captured makes them. Texts of a snapshot are no sign: who reads, writes or passes on one has them.
 * (https://chromium.googlesource.com/v8/v8/+/main/src/profiler/heap-snapshot-generator.h)
 */

/** Words of 32 bits from one entry to the next, and to what of it is the same in all: where its snapshot is. */
const ENTRY = 10;
const SNAPSHOT = 4;
/** A number has 28 bits, behind the 4 of the type. */
const NEXT_INDEX = 16;
const LEAST_ADDRESS = 1 << 16;
const MOST_UPPER = 1 << 15;
/** More than that many say no more. */
const ENOUGH = 1_000;

/** How many entries in `bytes`, of a multiple of 8 bytes, are followed by two more of the same snapshot. */
export function entriesIn(bytes: Uint8Array): number {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
  let count = 0;
  for (let at = 0; at + 3 * ENTRY <= words.length && count < ENOUGH; at += 2) {
    if (isFollowed(words, at) && isFollowed(words, at + ENTRY)) count++;
  }
  return count;
}

/** Whether the next entry's number is one more, and both are of one snapshot. */
function isFollowed(words: Uint32Array, at: number): boolean {
  const next = at + ENTRY;
  if ((words[next] & ~(NEXT_INDEX - 1)) !== ((words[at] + NEXT_INDEX) & ~(NEXT_INDEX - 1))) return false;
  const [lower, upper] = [words[at + SNAPSHOT], words[at + SNAPSHOT + 1]];
  if (lower !== words[next + SNAPSHOT] || upper !== words[next + SNAPSHOT + 1]) return false;
  return upper < MOST_UPPER && (lower & 7) === 0 && (upper > 0 || lower >= LEAST_ADDRESS);
}
