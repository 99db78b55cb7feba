/** The gauges of one isolate over time, a line each. */
import type { UsageHistory } from '../../protocol/history.ts';
import { type Lines, measureOf } from './lines.ts';

/** The gauges of a reading, in the order in which they are reported. Stores know them by their place here: another one comes last. */
export const GAUGES = [
  'heapUsedBytes',
  'heapTotalBytes',
  'heapLimitBytes',
  'externalBytes',
  'arrayBuffersBytes',
  'rssBytes',
] as const;
export type Gauge = (typeof GAUGES)[number];

/** Lines by the places of their gauges. @param values of all gauges, in their order; NaN where one is not known */
export function addUsage(lines: Lines<number>, atMs: number, values: readonly number[]): void {
  // a gauge that a reading lacks is not known
  const place = lines.sample(atMs, false);
  for (const [gauge, value] of values.entries()) if (!Number.isNaN(value)) lines.add(place, gauge, [value]);
}

/** @param wanted which gauges are reported. */
export function usageHistory(lines: Lines<number>, isolate: string, wanted: (gauge: Gauge) => boolean): UsageHistory {
  const gauges = [...GAUGES.entries()]
    .filter(([, gauge]) => wanted(gauge))
    .map(([at, gauge]) => {
      const points = lines.points(at);
      return { gauge, ...lines.head(points), value: measureOf(points, points.measures[0]) };
    });
  return { isolate, samples: lines.samples, gauges };
}
