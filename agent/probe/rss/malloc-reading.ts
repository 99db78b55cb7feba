/** The C library's memory of a process: walked chunk by chunk where it is glibc's. */
import { HeldReader, type ProcessView } from '../../memory/process-view.ts';
import { type Area, areasOf, byteLengthOf } from '../../rss/areas.ts';
import { arenaStarts, ownMappings, type ReadMemory, walkChunks } from '../../rss/malloc.ts';
import { PageFill } from '../../rss/page-fill.ts';
import type { MallocReading } from '../../rss/reading.ts';

export interface MallocAreas {
  /** What grows at the program's end. */
  readonly brk: readonly Area[];
  readonly arenas: readonly Area[];
  /** Where single large blocks may be. */
  readonly anonymous: readonly Area[];
}

/** A program that runs changes what is walked: then it is walked anew. */
const MOST_TRIES = 8;
/** Of what grows at the program's end there is one, and a busy machine lets a program free for long what a collection has left. */
const MOST_TRIES_AT_END = 40;
const BETWEEN_TRIES_MS = 25;
/** An arena has 64 MB; what grows at the program's end may have any size. */
const MOST_WALKED_BYTES = 4 * 2 ** 30;
const LARGE_FREE_BYTES = 2 ** 20;
const SMALL_FREE_BYTES = 512;

type Sums = { -readonly [K in keyof MallocReading]: MallocReading[K] };

/** @param onFree with the bytes of a free piece of 64 KB and more */
export function readMalloc(
  view: ProcessView,
  { brk, arenas, anonymous }: MallocAreas,
  onFree: (bytes: Uint8Array) => void,
): MallocReading {
  const sums: Sums = { usedBytes: 0, freeBytes: 0, freeChunks: 0, largeFreeBytes: 0, unknownBytes: 0 };
  for (const area of [...brk, ...arenas]) {
    if (area.rssBytes === 0) continue;
    const isArena = arenas.includes(area);
    const walked = walkArea(view, area, isArena);
    if (walked) addWalked(sums, walked, onFree);
    else if (isArena) addOwnMappings(sums, view, area);
    else sums.unknownBytes += area.rssBytes;
  }
  for (const area of anonymous) if (area.rssBytes > 0) addOwnMappings(sums, view, area);
  return sums;
}

interface Walked {
  readonly fill: PageFill;
  readonly free: readonly { readonly address: number; readonly byteLength: number }[];
  readonly reader: HeldReader;
}

/** Null where it never came out at the end: it is not glibc's, or changes all the time. */
function walkArea(view: ProcessView, area: Area, isArena: boolean): Walked | null {
  if (byteLengthOf(area) > MOST_WALKED_BYTES) return null;
  const mostTries = isArena ? MOST_TRIES : MOST_TRIES_AT_END;
  for (let time = 0; time < mostTries; time++) {
    // what is held, and where the chunks end, may be other than a moment before
    const endAddress = time === 0 || isArena ? area.endAddress : endNow(view, area);
    const walked = walkOnce(view, { startAddress: area.startAddress, endAddress }, isArena);
    if (walked) return walked;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BETWEEN_TRIES_MS);
  }
  return null;
}

function walkOnce(
  view: ProcessView,
  { startAddress, endAddress }: Pick<Area, 'startAddress' | 'endAddress'>,
  isArena: boolean,
): Walked | null {
  const reader = new HeldReader(view, startAddress, endAddress);
  const read: ReadMemory = (address, byteLength) => reader.read(address, byteLength);
  const head = isArena ? arenaStarts(startAddress, read) : null;
  const end = Math.min(head?.end ?? endAddress, endAddress);
  for (const start of isArena ? (head?.starts ?? []) : [startAddress]) {
    const fill = new PageFill(startAddress, endAddress);
    fill.add(startAddress, start - startAddress);
    const free: { address: number; byteLength: number }[] = [];
    const isWhole = walkChunks(start, end, read, (address, byteLength, isUsed) => {
      if (isUsed) fill.add(address, byteLength);
      else free.push({ address, byteLength });
    });
    if (isWhole) return { fill, free, reader };
  }
  return null;
}

function endNow(view: ProcessView, { startAddress, endAddress }: Area): number {
  const now = areasOf(view.smapsText()).find((area) => area.startAddress === startAddress);
  return now?.endAddress ?? endAddress;
}

function addWalked(sums: Sums, { fill, free, reader }: Walked, onFree: (bytes: Uint8Array) => void): void {
  const { usedBytes, freeBytes } = fill.resident(reader.held);
  sums.usedBytes += usedBytes;
  sums.freeBytes += freeBytes;
  for (const { address, byteLength } of free) {
    if (byteLength >= SMALL_FREE_BYTES) sums.freeChunks++;
    if (byteLength < 64 * 1_024) continue;
    const residentBytes = reader.residentBytes(address, byteLength);
    if (byteLength >= LARGE_FREE_BYTES) sums.largeFreeBytes += residentBytes;
    if (residentBytes > 0) reader.eachHeld(address, byteLength, onFree);
  }
}

/** Blocks that have mappings of their own are in use, all of them. */
function addOwnMappings(sums: Sums, view: ProcessView, area: Area): void {
  const reader = new HeldReader(view, area.startAddress, area.endAddress);
  const blocks = ownMappings(area.startAddress, area.endAddress, (address, byteLength) =>
    reader.read(address, byteLength),
  );
  const usedBytes = blocks.reduce((sum, { address, byteLength }) => sum + reader.residentBytes(address, byteLength), 0);
  sums.usedBytes += usedBytes;
  sums.unknownBytes += Math.max(0, area.rssBytes - usedBytes);
}
