/**
 * How much V8 allows its old space, from the limit that it tells of its whole heap; pure.
 *
 *     heap_size_limit = old space + 3 semi-spaces
 *
 * What V8 gives a semi-space follows the old space that it takes for itself, up to a most, both by version: measured on 18 to
 * 26, in groups of 256 MB to 4 GB and without a limit. `--max-old-space-size` is the old space itself, with the same young
 * generation on top. (https://github.com/v8/v8/blob/main/src/heap/heap.cc, Heap::ConfigureHeap)
 */

const MB = 2 ** 20;

interface Young {
  /** The old space in semi-spaces, where the machine or its group is small. */
  readonly ratio: number;
  readonly mostBytes: number;
}

/** Each for the Node of that major version and those after it. */
const YOUNG: readonly (readonly [sinceMajor: number, young: Young])[] = [
  [26, { ratio: 32, mostBytes: 32 * MB }],
  [23, { ratio: 32, mostBytes: 64 * MB }],
  [0, { ratio: 128, mostBytes: 16 * MB }],
];
const SEMI_SPACES = 3;

export interface HeapFlags {
  /** Megabytes of `--max-old-space-size`. */
  readonly oldSpaceMb?: number;
  /** Megabytes of `--max-semi-space-size`. */
  readonly semiSpaceMb?: number;
  /** `--max-heap-size` or a percentage: what is left for the young generation is not known. */
  readonly isOther?: boolean;
}

/** Bytes, rather too few than too many. @param nodeVersion `v20.20.2` */
export function oldSpaceLimit(heapLimitBytes: number, flags: HeapFlags, nodeVersion: string): number {
  const { oldSpaceMb, semiSpaceMb, isOther } = flags;
  if (oldSpaceMb !== undefined && oldSpaceMb > 0) return Math.min(heapLimitBytes, oldSpaceMb * MB);
  const major = Number(/^v?(\d+)/.exec(nodeVersion)?.[1] ?? Number.POSITIVE_INFINITY);
  const [, { ratio, mostBytes }] = YOUNG.find(([since]) => major >= since)!;
  if (semiSpaceMb !== undefined && semiSpaceMb > 0) {
    // V8 rounds it up to a power of two
    return Math.max(0, heapLimitBytes - SEMI_SPACES * 2 ** Math.ceil(Math.log2(semiSpaceMb)) * MB);
  }
  const least = Math.max(0, heapLimitBytes - SEMI_SPACES * mostBytes);
  return isOther ? least : Math.max(least, heapLimitBytes / (1 + SEMI_SPACES / ratio));
}

/** Of the flags of a Node, NODE_OPTIONS first: the last of each counts. */
export function heapFlagsIn(words: readonly string[]): HeapFlags {
  const lastValue = (name: string) =>
    words.findLast((word) => word.replaceAll('_', '-').startsWith(`--${name}=`))?.split('=')[1];
  const number = (name: string) => (lastValue(name) === undefined ? undefined : Number(lastValue(name)) || undefined);
  const oldSpaceMb = number('max-old-space-size');
  const semiSpaceMb = number('max-semi-space-size');
  const isOther = lastValue('max-heap-size') !== undefined || lastValue('max-old-space-size-percentage') !== undefined;
  return {
    ...(oldSpaceMb !== undefined && { oldSpaceMb }),
    ...(semiSpaceMb !== undefined && { semiSpaceMb }),
    ...(isOther && { isOther }),
  };
}
