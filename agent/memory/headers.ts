/** An image that has the first bytes of each of V8's pages, and nothing else: what says of each what it is. */
import type { MemoryImage, MemoryRegion } from './image.ts';
import { type Plan, V8_PAGE_BYTES } from './regions.ts';

/** Of a page's header, or of what says where that is. */
const HEADER_BYTES = 512;

/** Of what is held. @param read false where an address cannot be read: it was given back meanwhile */
export function headersOf(
  { regions, held }: Plan,
  read: (bytes: Uint8Array, address: number) => boolean,
  outside: MemoryImage['outside'],
): MemoryImage {
  const starts: { startAddress: number; executable: boolean }[] = [];
  let region = 0;
  for (const { startAddress, byteLength } of held) {
    while (regions[region].startAddress + regions[region].byteLength <= startAddress) region++;
    const { executable } = regions[region];
    const first = Math.ceil(startAddress / V8_PAGE_BYTES) * V8_PAGE_BYTES;
    for (let at = first; at < startAddress + byteLength; at += V8_PAGE_BYTES)
      starts.push({ startAddress: at, executable });
  }
  const buffer = new SharedArrayBuffer(starts.length * HEADER_BYTES);
  const headers: MemoryRegion[] = [];
  for (const start of starts) {
    const byteOffset = headers.length * HEADER_BYTES;
    if (!read(new Uint8Array(buffer, byteOffset, HEADER_BYTES), start.startAddress)) continue;
    headers.push({ ...start, byteLength: HEADER_BYTES, byteOffset });
  }
  return { buffer, regions: headers, outside };
}
