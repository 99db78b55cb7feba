/**
 * Undoes the escapes of a JSON string where its bytes lie.
 *
 *     {\"nodes\":[9,1,\n3   ->   {"nodes":[9,1,<newline>3        the rest of the frame is left as it was
 *
 * A snapshot comes as hundreds of megabytes of such strings. Reading them here, byte for byte, makes no JavaScript string
 * and no second buffer; the result is never longer than what it is made from, so it fits where that stood.
 */

const BACKSLASH = 0x5c;
const LETTER_U = 0x75;

/** What a backslash and this byte stand for; 0 for what is no such escape. */
const ESCAPED = new Uint8Array(256);
for (const [letter, byte] of Object.entries({
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
})) {
  ESCAPED[letter.charCodeAt(0)] = byte.charCodeAt(0);
}

/**
 * Bytes without an escape from which searching for the next one is cheaper than looking at each. Node 22 and older write
 * a newline, escaped, after each record of about 20 bytes; Node 24 writes a megabyte of numbers without any.
 */
const LONG_RUN_BYTES = 48;

/**
 * Un-escapes `bytes[start..end)`, the inside of a JSON string, in place; gives the end of the result. `\u` escapes become
 * UTF-8, halves of a pair that stand alone the replacement character, as they do in any UTF-8 file. Linear.
 * @throws SyntaxError for an escape that JSON does not know or that is cut off
 */
export function unescapeInPlace(bytes: Uint8Array, start: number, end: number): number {
  let from = start;
  let to = start;
  while (from < end) {
    const runEnd = Math.min(from + LONG_RUN_BYTES, end);
    while (from < runEnd && bytes[from] !== BACKSLASH) bytes[to++] = bytes[from++];
    if (from === end) break;
    if (from === runEnd) {
      const next = bytes.indexOf(BACKSLASH, from);
      const stop = next < 0 || next > end ? end : next;
      if (to !== from) bytes.copyWithin(to, from, stop);
      to += stop - from;
      from = stop;
      continue;
    }
    const byte = from + 1 < end ? ESCAPED[bytes[from + 1]] : 0;
    if (byte !== 0) {
      bytes[to++] = byte;
      from += 2;
    } else {
      const point = codePointAt(bytes, from, end);
      from += point > 0xffff ? 12 : 6;
      to = writeUtf8(bytes, to, point);
    }
  }
  return to;
}

const REPLACEMENT = 0xfffd;

/** The code point of the `\u` escape at `at`, of the pair of them where it begins one. */
function codePointAt(bytes: Uint8Array, at: number, end: number): number {
  const high = codeUnitAt(bytes, at, end);
  if ((high & 0xf800) !== 0xd800) return high;
  const isPair = high < 0xdc00 && at + 12 <= end && bytes[at + 6] === BACKSLASH && bytes[at + 7] === LETTER_U;
  const low = isPair ? codeUnitAt(bytes, at + 6, end) : 0;
  if ((low & 0xfc00) !== 0xdc00) return REPLACEMENT;
  return 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff);
}

function codeUnitAt(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at + 1] !== LETTER_U || at + 6 > end) throw badEscape(bytes, at, end);
  let unit = 0;
  for (let i = at + 2; i < at + 6; i++) {
    const digit = hexDigit(bytes[i]);
    if (digit < 0) throw badEscape(bytes, at, end);
    unit = (unit << 4) | digit;
  }
  return unit;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function badEscape(bytes: Uint8Array, at: number, end: number): SyntaxError {
  const got = Buffer.from(bytes.subarray(at, Math.min(at + 6, end))).toString('latin1');
  return new SyntaxError(`expected a JSON escape, got ${JSON.stringify(got)}`);
}

function writeUtf8(bytes: Uint8Array, at: number, point: number): number {
  if (point < 0x80) {
    bytes[at] = point;
    return at + 1;
  }
  const extra = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  bytes[at] = [0, 0xc0, 0xe0, 0xf0][extra] | (point >> (6 * extra));
  for (let i = 1; i <= extra; i++) bytes[at + i] = 0x80 | ((point >> (6 * (extra - i))) & 0x3f);
  return at + extra + 1;
}
