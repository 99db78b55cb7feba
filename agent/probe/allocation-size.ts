/**
 * From the size that V8's sampling heap profiler gives a sample back to the size of the object that was sampled.
 *
 * V8 takes a sample about every `interval` bytes and lets it stand for the `n` objects of its size that it did not see:
 *
 *     n = round(1 / (1 - exp(-size / interval)))        (SamplingHeapProfiler::ScaleSample)
 *     sample.size = size * n                            the object's own size is not given
 *
 * For small objects n is about interval / size + 1/2, so sample.size lies within `size` above the interval. Where the object's
 * size divides the interval, sample.size is just interval + size and can be read back; sizes are multiples of 8. So the
 * interval is chosen for its divisors: 524,160 (8 * 65,520) is divided by 8, 16, … 80, 96, 104, … and 0.02 % off 512 KiB.
 * From 524,288 an object of 56 bytes cannot be distinguished from one of 40, nor one of 24 from one of 16 or 48.
 */

/** The least number that 8, 16, 24, … and 80 divide. */
const DIVISIBLE_BYTES = 20_160;

const GRAIN_BYTES = 8;

/** The multiple of 20,160 nearest to an interval of at least 20 times that; a smaller one as it is. */
export function readableInterval(intervalBytes: number): number {
  if (intervalBytes < 20 * DIVISIBLE_BYTES) return intervalBytes;
  return Math.round(intervalBytes / DIVISIBLE_BYTES) * DIVISIBLE_BYTES;
}

/** How many objects a sample stands for. Of several sizes that fit, the smallest; one object if none fits. */
export function objectsOf(sampleSize: number, intervalBytes: number): number {
  // an object larger than 1.1 intervals stands for itself only, and two of that size is the most that a smaller one gives
  if (sampleSize > 2.2 * intervalBytes) return 1;
  for (let size = GRAIN_BYTES; size < sampleSize; size += GRAIN_BYTES) {
    if (sampleSize % size === 0 && scaled(size, intervalBytes) === sampleSize / size) return sampleSize / size;
  }
  return 1;
}

function scaled(size: number, intervalBytes: number): number {
  return Math.floor(1 / (1 - Math.exp(-size / intervalBytes)) + 0.5);
}
