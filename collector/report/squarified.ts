/**
 * Squares that fill a box, each with its share of it: Bruls, Huizing, van Wijk, "Squarified Treemaps", 2000. Values are laid in
 * rows along the shorter side, a row as long as its worst square gets no worse.
 */

export interface Placed {
  /** Place in the list of values. */
  readonly at: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** @param values the largest first; those that are 0 have no square */
export function squarified(values: readonly number[], width: number, height: number): Placed[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  if (total === 0) return [];
  const areas = values.map((value) => (value * width * height) / total);
  const placed: Placed[] = [];
  let [x, y, w, h] = [0, 0, width, height];
  for (let first = 0; first < areas.length && areas[first]! > 0; ) {
    const side = Math.min(w, h);
    let end = first + 1;
    while (
      end < areas.length &&
      areas[end]! > 0 &&
      worst(areas, first, end + 1, side) <= worst(areas, first, end, side)
    )
      end++;
    const sum = areas.slice(first, end).reduce((all, area) => all + area, 0);
    const thickness = side === 0 ? 0 : sum / side;
    let along = 0;
    for (let at = first; at < end; at++) {
      const length = thickness === 0 ? 0 : areas[at]! / thickness;
      placed.push(
        w >= h
          ? { at, x, y: y + along, width: thickness, height: length }
          : { at, x: x + along, y, width: length, height: thickness },
      );
      along += length;
    }
    if (w >= h) [x, w] = [x + thickness, w - thickness];
    else [y, h] = [y + thickness, h - thickness];
    first = end;
  }
  return placed;
}

/** How far the worst square of a row is from square. */
function worst(areas: readonly number[], first: number, end: number, side: number): number {
  let [sum, least, most] = [0, Number.POSITIVE_INFINITY, 0];
  for (let at = first; at < end; at++) {
    sum += areas[at]!;
    least = Math.min(least, areas[at]!);
    most = Math.max(most, areas[at]!);
  }
  return Math.max((side * side * most) / (sum * sum), (sum * sum) / (side * side * least));
}
