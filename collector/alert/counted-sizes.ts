/**
 * Sizes of kinds that were counted and not weighed: a census knows how many there are, and estimates what one of them takes, from
 * another total each time. As one series their sizes go with their counts, at the estimate that was first.
 *
 *     census       100 objects, 5,600 B      7,301 objects, 5,500 B       the estimate of one fell from 56 B to 0.8 B
 *     series                    5,600 B                   408,856 B       100 times 56 B; 7,301 times 56 B
 */
import type { Row } from '../../protocol/partition.ts';

/** Kinds whose first estimates are kept. */
const MAX_KINDS = 10_000;

export class CountedSizes {
  readonly #bytesEach = new Map<string, number>();

  /** Bytes of a row, as one series has them. */
  of(isolate: string, { kind, count, sizeBytes, estimated, exactCount }: Row): number {
    if (!estimated || !exactCount || count === 0) return sizeBytes;
    const key = `${isolate}\n${kind}`;
    const known = this.#bytesEach.get(key);
    if (known !== undefined) return Math.round(count * known);
    if (this.#bytesEach.size < MAX_KINDS) this.#bytesEach.set(key, sizeBytes / count);
    return sizeBytes;
  }

  clear(): void {
    this.#bytesEach.clear();
  }
}
