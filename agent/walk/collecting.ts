/** Whether V8 was in the middle of a collection: objects then lie where they are moved to, or not yet. */
import type { Layout } from '../layout/layout.ts';
import type { MemoryImage } from '../memory/image.ts';
import type { Page } from './pages.ts';

/** The moment was a bad one; another will do. */
export class MidCollectionError extends Error {
  override name = 'MidCollectionError';
  /** V8's numbers of the isolates that collected. */
  readonly isolates: readonly number[];

  constructor(isolates: readonly number[]) {
    super(
      `Cannot read this heap from outside: V8 was in the middle of a collection (isolate ${isolates.join(', ')}); read it again`,
    );
    this.isolates = isolates;
  }
}

/** Those isolates of `pages` that collect; called while the process is stopped. */
export function collectingIsolates(
  image: Pick<MemoryImage, 'outside'>,
  layout: Layout,
  pages: readonly Pick<Page, 'heap' | 'isolate'>[],
): number[] {
  const heaps = new Map(pages.filter(({ heap }) => heap !== 0).map(({ heap, isolate }) => [heap, isolate]));
  const collecting: number[] = [];
  for (const [heap, isolate] of heaps) {
    const state = image.outside(heap + layout.table.collecting, 4);
    if (state?.some((byte) => byte !== 0)) collecting.push(isolate);
  }
  return collecting.sort((one, other) => one - other);
}
