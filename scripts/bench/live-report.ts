/** The live bench's tables and goals. */
import type { Goal } from './goals.ts';
import type { Effect, LiveResult } from './live.ts';
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
    (result.transferBytes / MB).toFixed(0),
    result.snapshotMs.toFixed(0),
    result.lagMs.toFixed(0),
    percent(result.lagMs / result.snapshotMs),
    (result.receiverCpuMs / (result.transferBytes / MB)).toFixed(1),
  ]);
  const effects = results.flatMap(({ nodeVersion, effects: of }) =>
    of.map(({ probe, before, duringRatio, afterRatio }) => [
      `${nodeVersion}  ${probe}`,
      (before.perCpuSecond / 1e6).toFixed(2),
      percent(before.noiseRatio),
      duringRatio.toFixed(2),
      afterRatio.toFixed(2),
    ]),
  );
  return [
    'Live snapshots',
    table(['target', 'MB', 'to last chunk ms', 'then to partition ms', 'share', 'receiver CPU ms/MB'], snapshots),
    "\nThe target's allocation throughput, operations per CPU second",
    table(['target, probe', 'before, M', 'noise', 'during ÷ before', 'after ÷ before'], effects),
  ].join('\n');
}

export function liveGoals(results: readonly LiveResult[]): Goal[] {
  return results.flatMap((result) => [
    {
      text: `${result.nodeVersion}: partition within 5 % of the snapshot's time after its last chunk`,
      measured: percent(result.lagMs / result.snapshotMs),
      met: result.lagMs <= MAX_LAG_RATIO * result.snapshotMs,
    },
    ...result.effects.map((effect) => ({
      text: `${result.nodeVersion}: throughput after ${effect.probe} within noise of before`,
      measured: `${percent(effect.afterRatio - 1)}, noise ${percent(effect.before.noiseRatio)}`,
      met: isWithinNoise(effect),
    })),
  ]);
}

/** Faster than before is no harm. */
function isWithinNoise({ before, afterRatio }: Effect): boolean {
  return afterRatio >= 1 - Math.max(NOISE_RATIO, before.noiseRatio);
}
