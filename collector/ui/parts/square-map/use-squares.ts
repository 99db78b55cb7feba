/** The squares of a map as they are drawn, from one sample to the next. */
import { useMemo, useRef } from 'preact/hooks';
import { count, share } from '../words.ts';
import type { Cell } from './cell.ts';
import { gather } from './gather.ts';
import { type Box, type Square, SquareLayout } from './square-layout.ts';

/** Name of the square of all that have none; no kind has it. */
export const REST = '\0';

const MAX_SQUARES = 150;
/** CSS pixels of area that a square is worth. */
const MIN_AREA = 40;

export interface Drawn extends Square {
  readonly cell: Cell;
}

/** In the order of names, so that elements keep their place in the document, their focus and their way on the screen. */
export function useSquares(cells: readonly Cell[], box: Box): readonly Drawn[] {
  const layout = useRef(new SquareLayout());
  const before = useRef<ReadonlySet<string>>(new Set());
  return useMemo(() => {
    const area = box.width * box.height;
    if (area === 0) return [];
    const byName = gathered(cells, before.current, MIN_AREA / area);
    before.current = new Set(byName.keys());
    return layout.current
      .place(
        [...byName].map(([name, { value }]) => ({ name, value })),
        box,
      )
      .map((square) => ({ ...square, cell: byName.get(square.name)! }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }, [cells, box]);
}

function gathered(cells: readonly Cell[], before: ReadonlySet<string>, minShare: number): Map<string, Cell> {
  const { shown, rest } = gather(cells, { max: MAX_SQUARES - 1, minShare, before });
  const byName = new Map(shown.map((cell) => [cell.name, cell]));
  if (rest.value > 0) byName.set(REST, restOf(rest, cells));
  return byName;
}

function restOf(rest: { readonly count: number; readonly value: number }, cells: readonly Cell[]): Cell {
  const whole = cells.reduce((sum, { value }) => sum + value, 0);
  const title = `${count(rest.count)} more, too small for squares of their own: ${share(rest.value, whole)} together`;
  return { name: `${count(rest.count)} more`, value: rest.value, title };
}
