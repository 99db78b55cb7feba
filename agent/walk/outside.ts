/** V8's own objects outside of its pages (Heap, Space, a page's metadata), read by their addresses. */
import type { MemoryImage } from '../memory/image.ts';

/** Words from `address` on, or undefined where they cannot be read. */
export function wordsOutside(image: MemoryImage, address: number, count: number): number[] | undefined {
  if (!(address > 0) || address % 8 !== 0 || address >= 2 ** 47) return undefined;
  const bytes = image.outside(address, count * 8);
  if (bytes === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from(
    { length: count },
    (_, i) => view.getUint32(8 * i, true) + view.getUint32(8 * i + 4, true) * 2 ** 32,
  );
}

/** Follows a path (see AllocationLayout): the address that its last offset leads to. */
export function follow(image: MemoryImage, from: number, path: readonly number[]): number | undefined {
  let address: number | undefined = from;
  for (const offset of path.slice(0, -1)) {
    if (address === undefined) return undefined;
    address = wordsOutside(image, address + offset, 1)?.[0];
  }
  return address === undefined || address === 0 ? undefined : address + path[path.length - 1];
}

/**
 * Whether an object can have that many bytes there: they are mapped. What is left of an object, or not yet one, says anything.
 * Of an image that does not know what is mapped, one that was taken of a heap that stood still, it can.
 */
export function mayHold({ mapped }: MemoryImage, address: number, byteLength: number): boolean {
  return mapped === undefined || byteLength <= mapped.from(address);
}
