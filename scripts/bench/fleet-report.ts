/** The fleet bench's figures and goals. */
import type { FleetResult } from './fleet.ts';
import type { LoopDelay } from './fleet-collector.ts';
import type { Goal } from './goals.ts';
import { table } from './report.ts';

/** How much later the collector's event loop may be while a snapshot is read. */
const MAX_DELAY_RATIO = 3;

export function fleetTable({ targets, quiet, busy, busyMs, readings, lost }: FleetResult): string {
  const row = (title: string, { p50Ms, p99Ms, maxMs }: LoopDelay) => [
    title,
    ...[p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(1)),
  ];
  return [
    `${targets} targets on one collector, usage=1s; a snapshot of one received and parsed in ${(busyMs / 1000).toFixed(1)} s`,
    table(
      ['event loop delay, ms', 'p50', 'p99', 'max'],
      [row('without the snapshot', quiet), row('while it is read', busy)],
    ),
    `  readings of the others meanwhile: ${readings}, lost: ${lost}`,
  ].join('\n');
}

export function fleetGoals({ quiet, busy, readings, lost }: FleetResult): Goal[] {
  const ratio = busy.p99Ms / quiet.p99Ms;
  return [
    {
      text: 'no reading of the other targets is lost',
      measured: `${lost} of ${readings + lost}`,
      met: lost === 0 && readings > 0,
    },
    {
      text: "the collector's event loop at p99 at most 3 times as late",
      measured: `${ratio.toFixed(1)} times`,
      met: ratio <= MAX_DELAY_RATIO,
    },
  ];
}
