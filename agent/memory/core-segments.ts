/**
 * Which segments of a core file are V8's pages. A core file keeps no flags of mappings (`dc`), so they are known by how they
 * begin; pure but for what it asks to be read.
 *
 *     a page of V8's     0x…40000 | size or flags: below 2^32, not 0 | flags or pointer: not 0 | …
 *     malloc's arena     0x…00000 | pointer | …              malloc's own mapping, a stack     | 0 | …
 *
 * A mapping is V8's or not as a whole, since others lack the mark that the kernel joins mappings by. It begins with a page, or
 * goes on with one whose beginning is in the mapping before it: a page of code is three, by their protection.
 */
import { type ElfSegment, Fields, PT_LOAD } from '../base/elf.ts';
import type { MappedFile } from './core-notes.ts';
import { V8_PAGE_BYTES } from './regions.ts';

/** `bytes` of them that the file has; undefined where it has fewer. */
export type ReadSegment = (segment: ElfSegment, offset: number, byteLength: number) => Uint8Array | undefined;

const HEADER_BYTES = 16;

/** Ascending by address. */
export function v8Segments(
  segments: readonly ElfSegment[],
  files: readonly MappedFile[],
  read: ReadSegment,
): ElfSegment[] {
  const ofFiles = new Set(files.map(({ startAddress }) => startAddress));
  const anonymous = segments
    .filter(({ type, readable, fileBytes }) => type === PT_LOAD && readable && fileBytes >= HEADER_BYTES)
    .filter(({ address }) => !ofFiles.has(address) && address < 2 ** 47)
    .toSorted((a, b) => a.address - b.address);
  const found: ElfSegment[] = [];
  for (const segment of anonymous) {
    const begins = segment.address % V8_PAGE_BYTES === 0;
    if (begins ? beginsPage(segment, read) : continues(segment, found.at(-1))) found.push(segment);
  }
  return found;
}

function beginsPage(segment: ElfSegment, read: ReadSegment): boolean {
  const header = read(segment, 0, HEADER_BYTES);
  if (!header) return false;
  const fields = new Fields(header);
  const first = fields.u64(0);
  return first > 0 && first < 2 ** 32 && fields.u64(8) !== 0;
}

function continues({ address }: ElfSegment, before: ElfSegment | undefined): boolean {
  if (before === undefined || before.address + before.memoryBytes !== address) return false;
  return pageOf(address) === pageOf(address - 1);
}

function pageOf(address: number): number {
  return Math.floor(address / V8_PAGE_BYTES);
}
