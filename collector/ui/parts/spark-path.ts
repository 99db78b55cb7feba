/** The line of a sparkline, as SVG writes it. */

/** From the lowest value at the bottom to the highest at the top; a line that never changes lies in the middle. Null: not known. */
export function sparkPath(values: readonly (number | null)[], width: number, height: number): string {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  let path = '';
  let pen = 'M';
  for (const [index, value] of values.entries()) {
    if (value === null) {
      pen = 'M';
      continue;
    }
    const y = max > min ? height - 1 - ((value - min) / (max - min)) * (height - 2) : height / 2;
    path += `${pen}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    pen = 'L';
  }
  return path;
}
