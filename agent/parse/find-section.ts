/** Finds the last section of a file from its end, so that what is before it need not be read. */
import { COMMA, isWhiteSpace } from './ascii.ts';

/** Reads into `buffer` from byte `position` on; gives the bytes read, 0 at the end (the contract of `fs.readSync`). */
export type ReadAt = (buffer: Uint8Array, position: number) => number;

/**
 * Position of the comma before the last `"name":[` that is after byte `from`, or -1. Such a text is always a key:
 * inside a JSON string its quotes would be escaped. Reads backwards through `buffer`, whose contents are lost.
 */
export function findSection(name: string, read: ReadAt, from: number, sizeBytes: number, buffer: Uint8Array): number {
  const key = new TextEncoder().encode(`"${name}":[`);
  // windows overlap by a key and the separator before it
  const overlap = key.length + 8;
  for (let end = sizeBytes; end > from; ) {
    const start = Math.max(from, end - buffer.length);
    const window = buffer.subarray(0, end - start);
    if (!readWhole(read, window, start)) return -1;
    const at = lastIndexOf(window, key);
    const comma = at < 0 ? -1 : commaBefore(window, at);
    if (comma >= 0) return start + comma;
    if (start === from) return -1;
    end = start + overlap;
  }
  return -1;
}

function readWhole(read: ReadAt, buffer: Uint8Array, position: number): boolean {
  for (let filled = 0; filled < buffer.length; ) {
    const bytesRead = read(buffer.subarray(filled), position + filled);
    if (bytesRead === 0) return false;
    filled += bytesRead;
  }
  return true;
}

/** Horspool's search from the end: a byte that is not in `key` moves it by its whole length. */
function lastIndexOf(bytes: Uint8Array, key: Uint8Array): number {
  const step = new Uint8Array(256).fill(key.length);
  for (let i = key.length - 1; i > 0; i--) step[key[i]!] = i;
  for (let at = bytes.length - key.length; at >= 0; at -= step[bytes[at]!]!) {
    let matched = 0;
    while (matched < key.length && bytes[at + matched] === key[matched]) matched++;
    if (matched === key.length) return at;
  }
  return -1;
}

function commaBefore(bytes: Uint8Array, at: number): number {
  let before = at - 1;
  while (before >= 0 && isWhiteSpace(bytes[before]!)) before--;
  return before >= 0 && bytes[before] === COMMA ? before : -1;
}
