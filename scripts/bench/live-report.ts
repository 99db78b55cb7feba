/** The live bench's tables and goals. */
import type { Goal } from './goals.ts';
import type { Effect, LiveResult, TimedSnapshot } from './live.ts';
import { median } from './median.ts';
import { table } from './report.ts';

const MB = 2 ** 20;
/** Share of the target's own snapshot time in which the partition is to follow the last chunk. */
const MAX_LAG_RATIO = 0.05;
/** Less than this is noise on any machine. */
const NOISE_RATIO = 0.05;

const percent = (ratio: number) => `${(ratio * 100).toFixed(1)} %`;

export function liveTable(results: readonly LiveResult[]): string {
  const snapshots = results.map((result) => [
    result.nodeVersion,
    middle(result, ({ transferBytes }) => transferBytes / MB).toFixed(0),
    middle(result, ({ snapshotMs }) => snapshotMs).toFixed(0),
    middle(result, ({ lagMs }) => lagMs).toFixed(0),
    middle(result, ({ partingMs }) => partingMs).toFixed(0),
    percent(lagRatioOf(result)),
    middle(result, ({ receiverCpuMs, transferBytes }) => receiverCpuMs / (transferBytes / MB)).toFixed(1),
  ]);
  const effects = results.flatMap(({ nodeVersion, effects: of }) =>
    of.map(({ probe, beforePerCpuSecond, noiseRatio, duringRatio, afterRatio }) => [
      `${nodeVersion}  ${probe}`,
      (beforePerCpuSecond / 1e6).toFixed(2),
      percent(noiseRatio),
      duringRatio.toFixed(2),
      afterRatio.toFixed(2),
    ]),
  );
  return [
    'Live snapshots --by kind',
    table(
      ['target', 'MB', 'to last chunk ms', 'then to partition ms', 'of it parting', 'share', 'receiver CPU ms/MB'],
      snapshots,
    ),
    "\nThe target's allocation throughput, operations per CPU second",
    table(['target, probe', 'before, M', 'noise', 'during ÷ before', 'after ÷ before'], effects),
  ].join('\n');
}

export function liveGoals(results: readonly LiveResult[]): Goal[] {
  return results.flatMap((result) => [
    {
      text: `${result.nodeVersion}: partition within 5 % of the snapshot's time after its last chunk`,
      measured: percent(lagRatioOf(result)),
      met: lagRatioOf(result) <= MAX_LAG_RATIO,
    },
    ...result.effects.map((effect) => ({
      text: `${result.nodeVersion}: throughput after ${effect.probe} within noise of before`,
      measured: `${percent(effect.afterRatio - 1)}, noise ${percent(effect.noiseRatio)}`,
      met: isWithinNoise(effect),
    })),
  ]);
}

function middle({ snapshots }: LiveResult, figure: (snapshot: TimedSnapshot) => number): number {
  return median(snapshots.map(figure));
}

function lagRatioOf(result: LiveResult): number {
  return middle(result, ({ lagMs, snapshotMs }) => lagMs / snapshotMs);
}

/** Faster than before is no harm. */
function isWithinNoise({ noiseRatio, afterRatio }: Effect): boolean {
  return afterRatio >= 1 - Math.max(NOISE_RATIO, noiseRatio);
}
