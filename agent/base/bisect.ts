/** Binary search: what is asked for is false up to some place and true from there on. */

/** The first whole number from `from` on, below `to`, that `holds`; `to` if none does. */
export function firstWhere(from: number, to: number, holds: (at: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    // not by shifting: offsets of a log go beyond 2 ** 32
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Index of the first of the ascending `values` that is not below `value`; their number if all are. For inner loops. */
export function firstNotBelow(values: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
