/**
 * A set of small numbers as one bit each: the form sets take while a traversal runs.
 *
 *     word   0                       1
 *     bit    0  1  2  ...  31        0   1  ...
 *     member 0  1  2  ...  31        32  33 ...
 *
 * An eighth of a byte a node: the marks of 17 million nodes are 2 MB and stay in the cache, which a byte each would not.
 */

export type Bits = Uint32Array;

/** The empty set of numbers below `count`. */
export function emptyBits(count: number): Bits {
  return new Uint32Array((count + 31) >>> 5);
}

export function hasBit(bits: Bits, member: number): boolean {
  return ((bits[member >>> 5] >>> (member & 31)) & 1) === 1;
}

export function addBit(bits: Bits, member: number): void {
  bits[member >>> 5] |= 1 << (member & 31);
}

export function removeBit(bits: Bits, member: number): void {
  bits[member >>> 5] &= ~(1 << (member & 31));
}

/** The set of `members`, all below `count`. */
export function bitsOf(members: Iterable<number>, count: number): Bits {
  const bits = emptyBits(count);
  for (const member of members) addBit(bits, member);
  return bits;
}

/** How many members there are. Linear in the range, not in the members. */
export function countBits(bits: Bits): number {
  let count = 0;
  for (let i = 0; i < bits.length; i++) count += onesIn(bits[i]);
  return count;
}

/** The members in ascending order. */
export function membersOf(bits: Bits): Uint32Array {
  const members = new Uint32Array(countBits(bits));
  let length = 0;
  for (let i = 0; i < bits.length; i++) {
    // the lowest set bit of the word, until none is left
    for (let word = bits[i]; word !== 0; word &= word - 1)
      members[length++] = (i << 5) + (31 - Math.clz32(word & -word));
  }
  return members;
}

/** Ones in a 32-bit word, by adding neighbours: pairs, nibbles, bytes, all (Warren, Hacker's Delight, 5-1). */
function onesIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
