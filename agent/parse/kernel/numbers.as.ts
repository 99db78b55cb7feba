/**
 * The kernel for the numbers of `nodes` and `edges`: AssemblyScript, built into numbers.wasm by scripts/build-kernel.ts,
 * and loaded by numbers.ts.
 *
 *     INPUT ──────────> INDEX ──────────> sixteen bytes ──────────> a batch
 *     a file's bytes    where commas      two numbers at once       columns of up to BATCH records,
 *                       stand in WINDOW                             which JS copies into the reader's own
 *
 * It takes a record only if that is written as V8 writes it, and may be followed by another one:
 *
 *     3,1048935,11355393\n,        an edge of Node 20; Node 24 leaves out the line feed
 *     ^start   ^comma     ^comma
 *
 * What is between two commas is taken for a number of so many digits, and then every one of those bytes is checked:
 * no byte of a record is left unread. At the first record that is anything else the kernel stops in front of it, and the
 * machine of records.ts, which takes any form and knows what is wrong, goes on.
 *
 * A number of up to eight digits, and of two numbers in the two halves of a vector:
 *
 *     the eight bytes before its end     , 1 0 4 8 9 3 5
 *     ^ '0', and what is not its own     0 1 0 4 8 9 3 5     each at most 9, or it is no digit
 *     tens and ones        (16 bits)       1   4  89  35
 *     hundreds and ones    (32 bits)        104    8935
 *     myriads and ones     (32 bits)          1048935        at least 10 ** (digits - 1), or it begins with a zero
 *
 * The memory is fixed. Loads reach up to eight bytes before the bytes that are read and up to a block behind them; what
 * is there is masked.
 *
 *     STATIC    tables                            4 KB
 *     INDEX     addresses of commas, u32          4 KB, and the block that is being indexed
 *     EDGE_...  a batch of edges                  96 KB
 *     NODE_...  a batch of nodes                 184 KB
 *     INPUT     what JS puts in                  256 KB, and a block
 */

const BLOCK: usize = 64;

/** Bytes whose commas are indexed at once: as many as are indexed in vain at an odd record. */
const WINDOW: usize = 1024;

/** Records of a batch at most. */
export const BATCH: i32 = 8192;

const STATIC_BYTES: usize = 4096;
const INDEX: usize = STATIC_BYTES;
const INDEX_END: usize = INDEX + 4 * (WINDOW + BLOCK);

/** u32: target << 3 | type, as in columns.ts. */
export const EDGE_TARGET: usize = INDEX_END;
/** u32 */
export const EDGE_NAME: usize = EDGE_TARGET + 4 * BATCH;
/** u32: those edges of the batch, counted from 0, that are weak. */
export const EDGE_WEAK: usize = EDGE_NAME + 4 * BATCH;

/** u32 */
export const NODE_NAME: usize = EDGE_WEAK + 4 * BATCH;
/** u32 */
export const NODE_ID: usize = NODE_NAME + 4 * BATCH;
/** u32: edges of all nodes up to and with this one. */
export const NODE_EDGES: usize = NODE_ID + 4 * BATCH;
/** f64, for who adds sizes up. */
export const NODE_SIZE: usize = NODE_EDGES + 4 * BATCH;
/** u16, for who keeps them. */
export const NODE_SHORT_SIZE: usize = NODE_SIZE + 8 * BATCH;
/** u8 */
export const NODE_TYPE: usize = NODE_SHORT_SIZE + 2 * BATCH;

export const INPUT: usize = NODE_TYPE + BATCH + BLOCK;
export const INPUT_BYTES: usize = 256 * 1024;

/** Records that the last call took. */
export let taken: i32 = 0;
/** Weak edges among them. */
export let weak: i32 = 0;
/** The largest name if it is larger than the one handed in, and the address of its record; else that address is 0. */
export let maxName: i32 = 0;
export let maxNameAt: usize = 0;

const COMMA: i32 = 44;
const LINE_FEED: i32 = 10;
const ZERO: u32 = 48;
/** Bytes of the shortest edge, `0,0,0,`, and node, `0,0,0,0,0,`. */
const LEAST_EDGE: i32 = 6;
const LEAST_NODE: i32 = 10;

/** Read from its nth byte on: which of the eight bytes before a number's end are its own, if it has n digits. */
const OWN: usize = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255]);
const MOST_DIGITS: u32 = 8;

/** What a number of so many digits is at least; none has no digits. */
const LEAST: usize = memory.data<u32>([0xffffffff, 0, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000]);

/** Fields of a node that are read, and the text of those that may follow, `,0,0`; the lowest byte is the first. */
const FIRST_FIELDS: u32 = 5;
const REST: u32 = 0x302c302c;

/** What a ninth digit, the first one, counts. */
const HUNDRED_MILLIONS: u32 = 100000000;

/** Vectors that are read from memory, since as constants in the code they cost a tenth of all the time. */
const ZEROS: usize = memory.data<u8>([48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48], 16);
/** Added to a byte that is no digit these give the sign's bit. */
const ABOVE_NINE: usize = memory.data<u8>(
  [118, 118, 118, 118, 118, 118, 118, 118, 118, 118, 118, 118, 118, 118, 118, 118],
  16,
);
/** (first + 256 * second) * TENS is 256 * (10 * first + second) + first, what is beyond 16 bits left out. */
const TENS: usize = memory.data<u16>([2561, 2561, 2561, 2561, 2561, 2561, 2561, 2561], 16);
const HUNDREDS: usize = memory.data<i16>([100, 1, 100, 1, 100, 1, 100, 1], 16);
const MYRIADS: usize = memory.data<i16>([10000, 1, 10000, 1, 10000, 1, 10000, 1], 16);

/** Digits 0 to 9, in the halves the numbers that end before `a` and `b`; more than 9 in each byte that is no digit. */
function digitsOf(a: usize, aDigits: u32, b: usize, bDigits: u32): v128 {
  const bytes = v128.load64_lane(b - 8, v128.load64_zero(a - 8), 1);
  const own = v128.load64_lane(OWN + bDigits, v128.load64_zero(OWN + aDigits), 1);
  return v128.and(v128.xor(bytes, v128.load(ZEROS)), own);
}

/** With the sign's bit in each byte that is no digit. */
function marked(digits: v128): v128 {
  return i8x16.add_sat_u(digits, v128.load(ABOVE_NINE));
}

/** The numbers by fours of their digits: thousands to ones in each 32 bits, the higher four first. */
function fours(digits: v128): v128 {
  const pairs = i16x8.shr_u(i16x8.mul(digits, v128.load(TENS)), 8);
  return i32x4.dot_i16x8_s(pairs, v128.load(HUNDREDS));
}

/** The four numbers whose fours are in `a` and `b`. */
function joined(a: v128, b: v128): v128 {
  return i32x4.dot_i16x8_s(i16x8.narrow_i32x4_s(a, b), v128.load(MYRIADS));
}

/** Whether the number of so many digits begins with a zero, or has none. */
function zeroFirst(number: u32, digits: u32): bool {
  return number < load<u32>(LEAST + (digits << 2));
}

/** Bits of the commas among the 64 bytes from `at` on. */
function commas(at: usize): u64 {
  const comma = i8x16.splat(<i8>COMMA);
  return (
    <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at), comma))) |
    ((<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 16), comma)))) << 16) |
    ((<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 32), comma)))) << 32) |
    ((<u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at, 48), comma)))) << 48)
  );
}

/** Commas in the bytes from `from` to `end`. */
export function countCommas(from: usize, end: usize): i32 {
  let count: i32 = 0;
  let at = from;
  for (; at + BLOCK <= end; at += BLOCK) count += <i32>popcnt(commas(at));
  // of the last block, only what is before the end
  if (at < end) count += <i32>popcnt(commas(at) & (((<u64>1) << (end - at)) - 1));
  return count;
}

/** Writes the addresses of the first four of `bits`, of the block at `at`, and gives the others. */
function writeFour(bits: u64, at: usize, to: usize): u64 {
  store<u32>(to, at + <usize>ctz(bits));
  bits &= bits - 1;
  store<u32>(to, at + <usize>ctz(bits), 4);
  bits &= bits - 1;
  store<u32>(to, at + <usize>ctz(bits), 8);
  bits &= bits - 1;
  store<u32>(to, at + <usize>ctz(bits), 12);
  return bits & (bits - 1);
}

/** Writes the addresses of the commas between `from` and `end` to INDEX; gives the end of what it has written. */
function index(from: usize, end: usize): usize {
  let to = INDEX;
  for (let at = from; at < end; at += BLOCK) {
    let bits = commas(at);
    const left = <u64>(end - at);
    if (left < BLOCK) bits &= ((<u64>1) << left) - 1;
    const count = <usize>popcnt(bits);
    // twelve without asking, as most blocks have no more; what is too much is written over by the next block
    bits = writeFour(bits, at, to);
    bits = writeFour(bits, at, to + 16);
    bits = writeFour(bits, at, to + 32);
    for (let rest = to + 48; bits !== 0; rest += 4) {
      store<u32>(rest, at + <usize>ctz(bits));
      bits &= bits - 1;
    }
    to += count << 2;
  }
  return to;
}

/** What the first of nine digits, the byte at `at`, counts: nothing if it is none, which is then found out as a zero. */
function ninth(at: usize): u32 {
  const digit = <u32>load<u8>(at) ^ ZERO;
  return digit > 9 ? 0 : digit * HUNDRED_MILLIONS;
}

/** Where the numbers end before a record's last comma, at `comma`. */
function endBefore(comma: usize): usize {
  return comma - (load<u8>(comma - 1) === LINE_FEED ? 1 : 0);
}

/**
 * Takes edges between `from`, where one begins, and `end`; gives the address after the last one taken.
 * @param most edges at most, and no more than BATCH
 * @param fields of a node
 * @param named bit t is set if edges of type t have names, whose largest is looked for
 * @param weakType the type of edges that are noted
 */
export function edges(
  from: usize,
  end: usize,
  most: i32,
  fields: u32,
  nodeCount: u32,
  typeCount: u32,
  named: u32,
  weakType: u32,
  largestName: i32,
): usize {
  // a quotient that this gets wrong is found out by the multiplication that follows
  const perField: u64 = (1 << 35) / <u64>fields + 1;
  let start = from;
  let count: usize = 0;
  let weakCount: usize = 0;
  let largest = largestName;
  let largestAt: usize = 0;
  for (let before = -1; <i32>count > before; ) {
    before = <i32>count;
    // no more records than there is room for
    const stop = min(end, start + min(WINDOW, <usize>(LEAST_EDGE * (most - before))));
    const last = index(start, stop) - 12;
    for (let at = INDEX; at <= last; at += 12) {
      const comma1 = <usize>load<u32>(at);
      const comma2 = <usize>load<u32>(at, 4);
      const comma3 = <usize>load<u32>(at, 8);
      const indexEnd = endBefore(comma3);
      const type = <u32>load<u8>(start) ^ ZERO;
      const nameDigits = <u32>(comma2 - comma1 - 1);
      const indexDigits = <u32>(indexEnd - comma2 - 1);
      // a type is one digit; what is no digit is no type either, being more than any when '0' is taken from it
      if (comma1 - start !== 1 || type >= typeCount || nameDigits > MOST_DIGITS || indexDigits > MOST_DIGITS + 1) break;

      const digits = digitsOf(comma2, nameDigits, indexEnd, indexDigits);
      // a sign, a bracket, white space but for the line feed that V8 writes
      if (i8x16.bitmask(marked(digits)) !== 0) break;
      const halves = fours(digits);
      const both = i64x2.extract_lane(joined(halves, halves), 0);
      const name = <u32>both;
      let toNode = <u32>(both >>> 32);
      if (indexDigits > MOST_DIGITS) toNode += ninth(comma2 + 1);
      // JSON has neither
      if (zeroFirst(name, nameDigits) || zeroFirst(toNode, indexDigits)) break;

      const target = <u32>((<u64>toNode * perField) >> 35);
      // where no node begins
      if (target >= nodeCount || target * fields !== toNode) break;
      if (<i32>name > largest && ((named >> type) & 1) !== 0) {
        largest = <i32>name;
        largestAt = start;
      }
      store<u32>(EDGE_TARGET + (count << 2), (target << 3) | type);
      store<u32>(EDGE_NAME + (count << 2), name);
      if (type === weakType) {
        store<u32>(EDGE_WEAK + (weakCount << 2), count);
        weakCount++;
      }
      count++;
      start = comma3 + 1;
    }
  }
  taken = <i32>count;
  weak = <i32>weakCount;
  maxName = largest;
  maxNameAt = largestAt;
  return start;
}

/**
 * Takes nodes between `from`, where one begins, and `end`; gives the address after the last one taken. The first five fields
 * are type, name, id, self_size and edge_count; the others must be 0, as they are but for a node in a thousand.
 * @param most nodes at most, and no more than BATCH
 * @param fields of a node, 5 to 7
 * @param nameLimit no name is as large
 * @param sizeLimit no self_size is as large
 * @param edgesBefore edges of the nodes before this batch
 * @param edgeLimit edges of all nodes at most
 */
export function nodes(
  from: usize,
  end: usize,
  most: i32,
  fields: u32,
  typeCount: u32,
  nameLimit: u32,
  sizeLimit: u32,
  edgesBefore: u32,
  edgeLimit: u32,
  largestName: i32,
): usize {
  const stride = (<usize>fields) << 2;
  const restBytes = (<usize>(fields - FIRST_FIELDS)) << 1;
  const restBits = <u32>(((<u64>1) << ((<u64>restBytes) << 3)) - 1);
  const rest = REST & restBits;
  let start = from;
  let count: usize = 0;
  let largest = largestName;
  let largestAt: usize = 0;
  let edgesSoFar = <u64>edgesBefore;
  for (let before = -1; <i32>count > before; ) {
    before = <i32>count;
    // no more records than there is room for
    const stop = min(end, start + min(WINDOW, <usize>(LEAST_NODE * (most - before))));
    const last = index(start, stop) - stride;
    for (let at = INDEX; at <= last; at += stride) {
      const comma1 = <usize>load<u32>(at);
      const comma2 = <usize>load<u32>(at, 4);
      const comma3 = <usize>load<u32>(at, 8);
      const comma4 = <usize>load<u32>(at, 12);
      const lastComma = <usize>load<u32>(at + stride - 4);
      const outEnd = endBefore(lastComma) - restBytes;
      // detached, or traced
      if ((load<u32>(outEnd) & restBits) !== rest) break;

      const nameDigits = <u32>(comma2 - comma1 - 1);
      const idDigits = <u32>(comma3 - comma2 - 1);
      const sizeDigits = <u32>(comma4 - comma3 - 1);
      const outDigits = <u32>(outEnd - comma4 - 1);
      // ids alone have nine digits in a process that has lived for long
      if (nameDigits > MOST_DIGITS || idDigits > MOST_DIGITS + 1) break;
      if (sizeDigits > MOST_DIGITS || outDigits > MOST_DIGITS) break;

      const ones = <u32>load<u8>(comma1 - 1) ^ ZERO;
      let type = ones;
      if (comma1 - start !== 1) {
        const tens = <u32>load<u8>(start) ^ ZERO;
        if (comma1 - start !== 2 || tens - 1 > 8) break;
        type += 10 * tens;
      }
      // 10 to 15 stand behind the digits, and could be types
      if (ones > 9 || type >= typeCount) break;

      const nameId = digitsOf(comma2, nameDigits, comma3, idDigits);
      const sizeOut = digitsOf(comma4, sizeDigits, outEnd, outDigits);
      if (i8x16.bitmask(v128.or(marked(nameId), marked(sizeOut))) !== 0) break;
      const numbers = joined(fours(nameId), fours(sizeOut));
      const name = <u32>i32x4.extract_lane(numbers, 0);
      let id = <u32>i32x4.extract_lane(numbers, 1);
      const size = <u32>i32x4.extract_lane(numbers, 2);
      const out = <u32>i32x4.extract_lane(numbers, 3);
      if (idDigits > MOST_DIGITS) id += ninth(comma2 + 1);
      if (zeroFirst(name, nameDigits) || zeroFirst(id, idDigits)) break;
      if (zeroFirst(size, sizeDigits) || zeroFirst(out, outDigits)) break;

      if (name >= nameLimit || size >= sizeLimit || edgesSoFar + out > edgeLimit) break;
      if (<i32>name > largest) {
        largest = <i32>name;
        largestAt = start;
      }
      edgesSoFar += out;
      store<u8>(NODE_TYPE + count, type);
      store<u32>(NODE_NAME + (count << 2), name);
      store<u32>(NODE_ID + (count << 2), id);
      store<u32>(NODE_EDGES + (count << 2), <u32>edgesSoFar);
      store<u16>(NODE_SHORT_SIZE + (count << 1), size);
      store<f64>(NODE_SIZE + (count << 3), size);
      count++;
      start = lastComma + 1;
    }
  }
  taken = <i32>count;
  maxName = largest;
  maxNameAt = largestAt;
  return start;
}
