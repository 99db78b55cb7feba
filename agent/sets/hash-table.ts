/**
 * What the slots of a Map's or Set's table hold. V8's ordered hash tables (ordered-hash-table.h) are arrays:
 *
 *     0         1        2        3 ... 2 + b    then an entry after the other, twice as many as buckets
 *     elements  deleted  buckets  the buckets    Map: key value chain    Set: key chain
 *
 * The numbers have no edges and so are not in a snapshot; the table's size gives `b`, a power of two.
 */
const HEADER_BYTES = 16;
const SLOT_BYTES = 8;
const FIRST_BUCKET = 3;
const ENTRIES_PER_BUCKET = 2;

export interface Slot {
  readonly part: 'key' | 'value';
  /** Place of its entry. */
  readonly entry: number;
  /** Slot of the entry's key. */
  readonly keySlot: number;
}

/** What slot `slot` of a table of `tableBytes` holds; undefined if it holds no part of an entry, or the table is no such. */
export function slotOf(tableBytes: number, slot: number): Slot | undefined {
  const slots = (tableBytes - HEADER_BYTES) / SLOT_BYTES - FIRST_BUCKET;
  const inMap = slots / (1 + ENTRIES_PER_BUCKET * 3);
  const inSet = slots / (1 + ENTRIES_PER_BUCKET * 2);
  // both cannot be: the one is 7 times a power of two, the other 5 times
  if (isPowerOfTwo(inMap)) return slotIn(slot - FIRST_BUCKET - inMap, 3, slot);
  if (isPowerOfTwo(inSet)) return slotIn(slot - FIRST_BUCKET - inSet, 2, slot);
  return undefined;
}

function slotIn(offset: number, width: number, slot: number): Slot | undefined {
  const place = offset % width;
  if (offset < 0 || place === width - 1) return undefined;
  return { part: place === 0 ? 'key' : 'value', entry: Math.floor(offset / width), keySlot: slot - place };
}

function isPowerOfTwo(n: number): boolean {
  return Number.isInteger(n) && n > 0 && (n & (n - 1)) === 0;
}
