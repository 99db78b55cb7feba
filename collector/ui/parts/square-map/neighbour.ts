/** The square that an arrow key leads to. */
import type { Square } from './square-layout.ts';

export type Direction = 'left' | 'right' | 'up' | 'down';

const DIRECTIONS: Readonly<Record<string, Direction>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** Undefined for another key. */
export function directionOf(key: string): Direction | undefined {
  return DIRECTIONS[key];
}

/** Pixels that squares may seem to overlap by, since their sides are sums of fractions. */
const SLACK = 0.01;

/** The nearest that lies wholly on that side; of those as near, the one that shares the most of the edge. Undefined at the map's edge. */
export function neighbour<S extends Square>(squares: readonly S[], from: Square, direction: Direction): S | undefined {
  const ranked = squares
    .filter((square) => square.name !== from.name && gap(from, square, direction) >= -SLACK)
    .map((square) => ({ square, gap: gap(from, square, direction), shared: shared(from, square, direction) }))
    .filter(({ shared }) => shared > 0)
    .sort((a, b) => (Math.abs(a.gap - b.gap) > SLACK ? a.gap - b.gap : b.shared - a.shared));
  return ranked[0]?.square;
}

/** How far `to` begins beyond the edge of `from`; below zero where it does not lie on that side. */
function gap(from: Square, to: Square, direction: Direction): number {
  switch (direction) {
    case 'left':
      return from.x - (to.x + to.width);
    case 'right':
      return to.x - (from.x + from.width);
    case 'up':
      return from.y - (to.y + to.height);
    case 'down':
      return to.y - (from.y + from.height);
  }
}

/** How long both run beside each other. */
function shared(from: Square, to: Square, direction: Direction): number {
  return direction === 'left' || direction === 'right'
    ? Math.min(from.y + from.height, to.y + to.height) - Math.max(from.y, to.y)
    : Math.min(from.x + from.width, to.x + to.width) - Math.max(from.x, to.x);
}
