/** An image that has the first page of memory of each of V8's pages, and nothing else: what says of each what it is. */
import type { MemoryImage, MemoryRegion } from './image.ts';
import type { Mapping } from './mappings.ts';
import { type HeldPages, PAGE_BYTES, V8_PAGE_BYTES } from './regions.ts';

/** @param mappings V8's, ascending */
export function headersOf(
  mappings: readonly Mapping[],
  heldPages: HeldPages,
  read: MemoryImage['outside'],
): MemoryImage {
  const starts: { address: number; executable: boolean }[] = [];
  for (const { startAddress, endAddress, executable, heldBytes } of mappings) {
    if (heldBytes === 0) continue;
    const held = heldPages(startAddress, endAddress);
    const first = Math.ceil(startAddress / V8_PAGE_BYTES) * V8_PAGE_BYTES;
    for (let address = first; address + PAGE_BYTES <= endAddress; address += V8_PAGE_BYTES) {
      if (held[(address - startAddress) / PAGE_BYTES] === 1) starts.push({ address, executable });
    }
  }
  const buffer = new SharedArrayBuffer(starts.length * PAGE_BYTES);
  const regions: MemoryRegion[] = [];
  for (const { address, executable } of starts) {
    const byteOffset = regions.length * PAGE_BYTES;
    const bytes = read(address, PAGE_BYTES);
    if (!bytes) continue; // given back meanwhile
    new Uint8Array(buffer, byteOffset, PAGE_BYTES).set(bytes);
    regions.push({ startAddress: address, byteLength: PAGE_BYTES, byteOffset, executable });
  }
  return { buffer, regions, outside: read };
}
