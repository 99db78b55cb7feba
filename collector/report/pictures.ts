/** The square map and the line of a series, as SVG inside the page; beside each stands a table that says the same. */

import { maxOf, minOf } from '../../protocol/extremes.ts';
import type { Moment, Square } from '../../protocol/finding.ts';
import { humanSize } from '../../protocol/human.ts';
import { element, escaped } from '../base/svg.ts';
import { squarified } from './squarified.ts';
import { partText } from './words.ts';

const MAP = { width: 960, height: 420 };
const COLOURS = 8;
/** A square narrower or lower than that has no text. */
const LEAST = { width: 46, height: 18 };
const CHARACTER = 6.6;

/** Kinds by their size. @param whole bytes of the heap */
export function squareMap(squares: readonly Square[], whole: number): string {
  const cells = squarified(
    squares.map(({ sizeBytes }) => sizeBytes),
    MAP.width,
    MAP.height,
  ).map((cell) => {
    const { kind, sizeBytes } = squares[cell.at]!;
    const { x, y, width, height } = cell;
    const room = Math.floor((width - 10) / CHARACTER);
    const label = kind.length > room ? `${kind.slice(0, Math.max(1, room - 1))}…` : kind;
    const texts =
      width < LEAST.width || height < LEAST.height
        ? []
        : [
            element('text', { x: x + 5, y: y + 14 }, escaped(label)),
            ...(height < 2 * LEAST.height
              ? []
              : [element('text', { x: x + 5, y: y + 29, class: 'quiet' }, escaped(humanSize(sizeBytes)))]),
          ];
    return element(
      'g',
      {},
      element('title', {}, escaped(`${kind}: ${humanSize(sizeBytes)}, ${partText(sizeBytes, whole)}`)),
      element('rect', { x, y, width, height, class: `cell c${cell.at % COLOURS}` }),
      ...texts,
    );
  });
  return element(
    'svg',
    { viewBox: `0 0 ${MAP.width} ${MAP.height}`, role: 'img', 'aria-labelledby': 'map-title', class: 'map' },
    element('title', { id: 'map-title' }, 'Kinds by their own size; the table below has the figures'),
    ...cells,
  );
}

const LINE = { width: 240, height: 44, margin: 4 };

/** Objects of a kind, heap by heap. */
export function seriesLine(series: readonly Moment[]): string {
  const counts = series.map(({ count }) => count);
  const [low, high] = [minOf(counts), maxOf(counts)];
  const { width, height, margin } = LINE;
  const points = counts.map((count, at) => {
    const x = margin + (at * (width - 2 * margin)) / Math.max(1, counts.length - 1);
    const y = height - margin - ((count - low) / Math.max(1, high - low)) * (height - 2 * margin);
    return { x, y };
  });
  const path = points.map(({ x, y }) => `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`).join(' ');
  return element(
    'svg',
    {
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      class: 'series',
      'aria-label': `objects, heap by heap: ${counts.join(', ')}`,
    },
    element('polyline', { points: path, class: 'line' }),
    ...points.map(({ x, y }) => element('circle', { cx: x, cy: y, r: 2.5, class: 'dot' })),
  );
}
