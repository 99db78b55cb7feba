/** Which pages of a process are in memory or in swap, as `/proc/PID/pagemap` tells it: 8 bytes a page. */
import { readSync } from 'node:fs';
import { PAGE_BYTES } from './regions.ts';

const ENTRY_BYTES = 8;
/** Bits 62 and 63 of an entry, in its last byte: swapped, present. */
const HELD = 0xc0;
const CHUNK_PAGES = 64 * 1_024;

/** One byte a page of `[startAddress, endAddress)`: 1 for those that are held. @param fd of the pagemap */
export function heldPages(fd: number, startAddress: number, endAddress: number): Uint8Array {
  const pages = (endAddress - startAddress) / PAGE_BYTES;
  const held = new Uint8Array(pages);
  const chunk = new Uint8Array(Math.min(pages, CHUNK_PAGES) * ENTRY_BYTES);
  for (let page = 0; page < pages; ) {
    const wanted = Math.min(pages - page, CHUNK_PAGES) * ENTRY_BYTES;
    const read = readSync(fd, chunk, 0, wanted, (startAddress / PAGE_BYTES + page) * ENTRY_BYTES);
    if (read < ENTRY_BYTES) break; // it has ended: nothing is held
    const entries = Math.floor(read / ENTRY_BYTES);
    for (let at = 0; at < entries; at++) if (chunk[at * ENTRY_BYTES + 7] & HELD) held[page + at] = 1;
    page += entries;
  }
  return held;
}
