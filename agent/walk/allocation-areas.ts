/** The parts of pages that V8 has handed out for allocation and that are not used yet: nothing in them is an object. */
import type { AllocationLayout } from '../layout/versions/version-table.ts';
import type { MemoryImage } from '../memory/image.ts';
import { follow, wordsOutside } from './outside.ts';

/** More threads than that do not work in one heap. */
const MOST_LOCAL_HEAPS = 256;

export interface AllocationArea {
  /** The next object would lie here. */
  readonly top: number;
  readonly limit: number;
}

/** Those of one Heap; `spaces` are V8's Space objects that own its pages. What is no area is left out by the caller. */
export function allocationAreas(
  image: MemoryImage,
  layout: AllocationLayout,
  heap: number,
  spaces: Iterable<number>,
): AllocationArea[] {
  const found: AllocationArea[] = [];
  const add = (from: number, path: readonly number[]): void => {
    const address = follow(image, from, path);
    const [start, top, limit] = (address !== undefined && wordsOutside(image, address, 3)) || [0, 0, 0];
    if (start > 0 && start <= top && top < limit) found.push({ top, limit });
  };
  for (const path of layout.areas) add(heap, path);
  if (layout.areaOfSpace !== undefined) for (const space of spaces) add(space, layout.areaOfSpace);
  const [first] = wordsOutside(image, follow(image, heap, layout.firstLocalHeap) ?? 0, 1) ?? [0];
  for (let local = first, i = 0; local > 0 && i < MOST_LOCAL_HEAPS; i++) {
    for (const path of layout.areasOfLocalHeap) add(local, path);
    [local] = wordsOutside(image, local + layout.nextLocalHeap, 1) ?? [0];
  }
  return found;
}
